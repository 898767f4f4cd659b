/// Keys made for these tests by `openssl genpkey`; they protect nothing.
enum TestKeys {
    static let rsaPrivate = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCSNZnsT2133ScE
        vGTqvvjH8X89XegwxCH7XV1nTbgpHw9WzWWT+kw4Z87WhW3IwLqgbjPRpKIlVJt4
        pOA4/L6VkpIkuL2Ux9ty6XlmgqFMvyRi3motsNOc4qg/fEZXaNMviDq59BGQSF2J
        WRkWwiZ+DQI77TDfacnTKzqDxwUOji1A/iJlXKgPv9QhpKveh6EikYXKZ5YNPFtI
        ZoLpn2tMYXyKq7pvJrNp6mSnC6sgs2+AhSs2W4F6w4uuO6ya+n1/RH/vlMFDwnRD
        cTgkR0nBQV79Q2afaZSFJceCfcihkrIcR5FxBSn2pA8dEUzJLTN1mLOyDcXs9l2N
        Hvb4Klx5AgMBAAECggEAB0BYaB3mJm8St66pstj+9cwOdp2KpEG5+lSrV8ueofV4
        v7vNbHONWUsDhf3iNik7qE5gf6a4/v2tZBdwFaUQkh9nZAhaKLMDBhw6Ixrz9oTQ
        jTgnaNw2ACtfbLfUaKxNGw4+p8kJBpBvb5Fg1Les2PNHhG+mjQVBZAAaTxcgcyDU
        i9ox+TAIviApj8tmGp724ActCsnQUjdfThVompze1/Ke1DYY3famtAuTGO3lMQ8j
        JDoLpWf80yntTF6ZA0jB8jCpIRb2QSsjV4eKjIdoiaAUrXKXvpsoj+2x5fV4lQrE
        4t2VNY2Sen9tOL7bHu5HkR2peYBK0G5r2WSqEaVd/QKBgQDHE36mGTT90N4HVfES
        064BX8EzrTBNljJEHeEALJIIftY96IH9w7InLP7Yv+fwYLhyG7aeNVpqYQzPD2Wb
        B1syN86Zh6paJ4ugPo3ae3U8BXtMSc3hgO+Y1Qyr0E8UgFQFjkRrHy2xqOcwqQ29
        WQ5NvnRDudpdnP61G+GrAfkOfQKBgQC8BDld46mXHikVWX1hCLfaDWt3TceEUh/w
        5FAovacjZCUrK06cTFmoVg3tF+WhAbI0+2T8aCybZxOQMht4V1ZP3Pq7gUHyH92F
        Q8y0Q2BITiIk5n+VEXUFELypIFv84lKgN9OsuNq1XYRfUdxvQuVwBwr3hw5EQf4S
        FT7uGAR6rQKBgQCwQrh+BA+BM2+Ceztpefa0zL1ZLdx4taVn3jSbXNsnnnW+dqCx
        uJWCTjqOWsvXbyugDJ2SUpbtXWRj6LQDoW3Ddtn74byY+i6MARbD/U99hzT2BNq+
        8NQzM192uIdsFXtPN/moBwEELhIUaXn6zmD1wM1cMa//9sMmQ7t5F9QWWQKBgAeF
        q73j498V59Lg17FQJfrlWo1VYUwb9QcwOzzGCa/Sy+HkQ6rhKx0fBEOeFyPP649P
        F4U5rb8x6oh0WMEBzYQ4dReXXkoPmE9CnSgBIhMCfT84sZYHMsVXHBUwJD4D2AZs
        9V0NsEJdUXR20/jnlkJbJcctchatBTs3+mKQN22pAoGAW1Q5lsUbmQmtahhexN0z
        InbLkHH8VKRZ+eiNLwvfgWMt4g/EKx8ybP/aDW4QGQC65/cvD9CWQa4sec7X8okS
        waz8Bzg2XPzyEUa1hOplqDeGajZp6NoW1HJtUKCDluWhiBGLfZ6u5fQHqt7BV8Sz
        9+BpkmgnhMQN2eZVVobEs9E=
        -----END PRIVATE KEY-----
        """

    static let rsaPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAkjWZ7E9td90nBLxk6r74
        x/F/PV3oMMQh+11dZ024KR8PVs1lk/pMOGfO1oVtyMC6oG4z0aSiJVSbeKTgOPy+
        lZKSJLi9lMfbcul5ZoKhTL8kYt5qLbDTnOKoP3xGV2jTL4g6ufQRkEhdiVkZFsIm
        fg0CO+0w32nJ0ys6g8cFDo4tQP4iZVyoD7/UIaSr3oehIpGFymeWDTxbSGaC6Z9r
        TGF8iqu6byazaepkpwurILNvgIUrNluBesOLrjusmvp9f0R/75TBQ8J0Q3E4JEdJ
        wUFe/UNmn2mUhSXHgn3IoZKyHEeRcQUp9qQPHRFMyS0zdZizsg3F7PZdjR72+Cpc
        eQIDAQAB
        -----END PUBLIC KEY-----
        """

    static let p256Private = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghKw2mpRE217DBe/U
        x2R47AuT2CJbl7dozZxTwl9EVXShRANCAAReL9orhh20265ilgAS7jd+6Pi8FC9i
        tEikbg/gQRoHhOGk1GN5fke7DpMMalecE6ll7e2lHsw7o1wfScK1RmsT
        -----END PRIVATE KEY-----
        """

    static let p256Public = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXi/aK4YdtNuuYpYAEu43fuj4vBQv
        YrRIpG4P4EEaB4ThpNRjeX5Huw6TDGpXnBOpZe3tpR7MO6NcH0nCtUZrEw==
        -----END PUBLIC KEY-----
        """

    static let p384Private = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDD1ghDKvFfm8QAlUXDL
        HbLPmYmDM4As6vJ4yO7rzsHIohR+xTTpJ2BPb1mINeJzN3mhZANiAARU69scHqAI
        7GRUmp9h2v2ErNmxlZzSDJJBfZjx1j2fXQv8kHxKVEZDcK9mDsy0d8EdEY1O4jzr
        H6gJC2ECBEaTuWkc8wmE2NZPOYo/7gKmqV2aEzduEU3acMA7kAr/rBY=
        -----END PRIVATE KEY-----
        """

    static let p384Public = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEVOvbHB6gCOxkVJqfYdr9hKzZsZWc0gyS
        QX2Y8dY9n10L/JB8SlRGQ3CvZg7MtHfBHRGNTuI86x+oCQthAgRGk7lpHPMJhNjW
        TzmKP+4CpqldmhM3bhFN2nDAO5AK/6wW
        -----END PUBLIC KEY-----
        """

    static let p521Private = """
        -----BEGIN PRIVATE KEY-----
        MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAi4A71hAaT3yD6DAJ
        Bh/BdlOCRcjJnNHU1lSn+AyTOus29fFyJVszVjZ24ObM18+yOMHQMoF+Xprl6yFs
        pnHohryhgYkDgYYABADzElCjoySrCeyMf7JgeNpUkfoXLMsJeUGSd0eN3YW5CWhi
        NwT88BoOzMGZHeuPT0mK1Aq3s/OnuDKplS9uyFHS1AAj8JnSzjSu//iN3i1zNKzv
        gk0lLjMMW+147D0ttsmUgdnHpommQhVLQN8mKhFPmGndjZdom3CBt2o7ig4MFppJ
        Gw==
        -----END PRIVATE KEY-----
        """

    static let p521Public = """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQA8xJQo6MkqwnsjH+yYHjaVJH6FyzL
        CXlBkndHjd2FuQloYjcE/PAaDszBmR3rj09JitQKt7Pzp7gyqZUvbshR0tQAI/CZ
        0s40rv/4jd4tczSs74JNJS4zDFvteOw9LbbJlIHZx6aJpkIVS0DfJioRT5hp3Y2X
        aJtwgbdqO4oODBaaSRs=
        -----END PUBLIC KEY-----
        """

    static let secp256k1Private = """
        -----BEGIN PRIVATE KEY-----
        MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgsDrsJ0J7ZtiR/f8StdWa
        VJMThGrayTH3faq9LZwRGJmhRANCAAS7weeGry48/cx5I47tv2VZ/1hMD/3ZaxhW
        2W41gNJTi+Je1muB8vXflNYKTNtCWlsAtZ8LFfkYdL1Gv1sl0S1a
        -----END PRIVATE KEY-----
        """

    static let secp256k1Public = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEu8Hnhq8uPP3MeSOO7b9lWf9YTA/92WsY
        VtluNYDSU4viXtZrgfL135TWCkzbQlpbALWfCxX5GHS9Rr9bJdEtWg==
        -----END PUBLIC KEY-----
        """

    static let ed25519Private = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIDb4Jk0vOl45d+KcX24qZhCd7YeyZ0OyNUc6COsenGnF
        -----END PRIVATE KEY-----
        """

    static let ed25519Public = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEASgi7p2oYrHaCsYkNTAxAhbV+wnvCkPm7JMxTJNJtqQI=
        -----END PUBLIC KEY-----
        """

    static let ed448Private = """
        -----BEGIN PRIVATE KEY-----
        MEcCAQAwBQYDK2VxBDsEOViL8CzeEhG/riI4cDnICyIbJtI+Yh143Uu9B5Fs2Nf4
        QRqYCn6s9OexW6Jq2X622Om748U94cFhAg==
        -----END PRIVATE KEY-----
        """

    static let ed448Public = """
        -----BEGIN PUBLIC KEY-----
        MEMwBQYDK2VxAzoAebffBs0ULDJRjjd4+vpurw72G6LBsEgxxpaTfAumgNL+vynG
        XfJ9D2FWJOibl97gHSTTKMJQOL0A
        -----END PUBLIC KEY-----
        """

    static let smallRSAPrivate = """
        -----BEGIN PRIVATE KEY-----
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBANtEVtPaqUkIzgji
        KVt2Hmz5mkXXM45TOIDKv/D58Uz8C2Tv6DDzY5utSJueChmkaJTmKw1K6uQAm9d4
        UbP8+Wrwo6LOPDDnkDrx4eYCfqQf1jpreJJSzoQTi/UkKu7cDke6NSbwyIPcKupO
        VJpRUdsZKCElHwRPDytrzkReQvfVAgMBAAECgYBM+yxEyvM+OgIkKkr82naKKgPY
        21o1cNBYn1ZOI2JtddwGPxhU/06MXIUuZYkEQa2aAUlCLHhVPkV4m7yLpZhnJdso
        My2FtCtuit0xQs13Sj5nQG+gKhwdhWDizJKFG/7d1oBOeq/WMa2IzUWiV6wX4bL4
        3w0M3/Dk3Qqi4VOMbQJBAPFgcsp2IDEofxTHRyt23Kt8hBkVv0ecq5a/YfR/pqUm
        Cx79T/mgqwxFFou5OoOY+ffyf4XYwLks1NsTBGu80A8CQQDojPx5mhuCHHJlFwOk
        bpgdwnKWiN5wlWUSN8XTuDbRlQyD6yMATDsEK84N/g5ErWnTuqX+lNN6rByfFvOq
        2FXbAkAgIJlGz3A7estnZZrYcyqt/JXMjPN3waepGfIcy/zPUH/8cPT7IeKCcJOu
        p0ndiDgFQ5arpw0H2KrAOgjFmk0LAkEAtw+09+yuVuAZ1SYmwdwldtfI6GNZ53pT
        E+I/oojS7mzMa1RAO03G72OkUzN4++se8YNuhFeXmmu+JCYnLogaHQJBAIsQLUra
        5M22X9+ZYxUOauPcYea4FRmuCvrOTmXwRfuxu9R/rhqEUOvKc3E8VAQAMK/osZBL
        e7SOyzh8CB5AiIw=
        -----END PRIVATE KEY-----
        """

    /// 64 bytes: long enough for each HMAC.
    static let secret = String(repeating: "0123456789abcdef", count: 4)
}

/// The RSA key of RFC 7515 appendix A.2, without the numbers that only speed it up.
enum RFC7515RSAKey {
    static let modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"
        + "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-"
        + "pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
        + "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
        + "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
        + "DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    static let privateExponent =
        "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-"
        + "7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu"
        + "3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1"
        + "ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOV"
        + "RuOopznQ"

    static func jwk(privateExponent: String = privateExponent) -> String {
        #"{"kty":"RSA","n":"\#(modulus)","e":"AQAB","d":"\#(privateExponent)"}"#
    }
}
