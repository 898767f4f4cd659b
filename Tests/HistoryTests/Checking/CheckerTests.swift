import Testing

/// The checker finds each violation, and none where an order of things explains what was seen.
@Suite struct CheckerTests {
    @Test func aQuietHistoryBreaksNothing() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.issue("b", 100, 101, of: "bob")
            $0.look("a", 102, 103)
            $0.revoke("a", 104, 105)
            $0.look("a", 106, 107, denied: true)
            $0.revoke("a", 107, 108, .alreadyRevoked)
            $0.restore("a", 108, 109)
            $0.look("a", 110, 111)
            $0.renew("a", as: "c", 112, 113)
            $0.look("c", 114, 115)
            $0.look("a", 114, 115, denied: true)
            $0.add(.list(user: "alice", .service), 115, 116, .listed(["c"]))
            $0.logout(116, 117.5, revoked: 1, cutoff: 116)
            $0.look("c", 118, 119, denied: true, cutoff: 116)
            $0.restore("c", 119, 120, .cutOff)
            $0.issue("d", 120, 121)
            $0.look("d", 121, 122, cutoff: 116)
            $0.look("b", 121, 122)
            $0.issue("e", 123, 124)
            $0.logout(125, 126, keeping: "e", revoked: 1, kept: 1, cutoff: 122)
            $0.look("e", 127, 128, cutoff: 122)
            $0.look("d", 127, 128, denied: true, cutoff: 122)
        }
        #expect(found.isEmpty)
    }

    @Test func aTokenAliveAfterItsRevocation() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 102, 103)
            $0.look("a", 104, 105)
        }
        #expect(found == [.aliveThoughRevoked])
    }

    @Test(arguments: [(103.5, 106.0), (102.5, 103.5), (101.0, 102.5)])
    func aRestorationExplainsIt(_ start: Double, _ end: Double) {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 100.5, 101)
            $0.revoke("a", 102, 103)
            $0.restore("a", start, end, .unknown)
            $0.look("a", 104, 105)
        }
        #expect(found.isEmpty)
    }

    @Test func aRestorationBeforeOrAfterDoesNot() {
        for (start, end) in [(101.2, 101.8), (105.5, 106.0)] {
            let found = kinds {
                $0.issue("a", 100, 101)
                $0.revoke("a", 100.5, 101)
                $0.revoke("a", 102, 103)
                $0.restore("a", start, end, .unknown)
                $0.look("a", 104, 105)
            }
            #expect(found == [.aliveThoughRevoked])
        }
    }

    @Test func whatOneServiceSawAnotherSees() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 102, 110)
            $0.look("a", 103, 104, denied: true)
            $0.look("a", 105, 106)
        }
        #expect(found == [.aliveThoughRevoked])
    }

    @Test func anUnknownRevocationMayHaveHappenedOrNot() {
        for denied in [true, false] {
            let found = kinds {
                $0.issue("a", 100, 101)
                $0.revoke("a", 102, 103, .unknown)
                $0.look("a", 104, 105, denied: denied)
            }
            #expect(found.isEmpty)
        }
    }

    @Test func aTokenOnTheBlacklistThatNobodyRevoked() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.issue("b", 100, 101, of: "bob")
            $0.logout(102, 103, of: "bob", revoked: 1, cutoff: 102)
            $0.look("a", 104, 105, denied: true)
        }
        #expect(found == [.revokedByNobody])
        let early = kinds {
            $0.issue("a", 100, 101)
            $0.look("a", 102, 103, denied: true)
            $0.revoke("a", 104, 105, .alreadyRevoked)
        }
        #expect(early == [.revokedByNobody, .revokedByNobody])
    }

    @Test func aRestorationThatDidNotLast() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 102, 103)
            $0.restore("a", 104, 105)
            $0.look("a", 106, 107, denied: true)
        }
        #expect(found == [.revokedByNobody])
    }

    @Test func anotherUsersCutoff() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.issue("b", 100, 101, of: "bob")
            $0.logout(102, 103, of: "bob", revoked: 1, cutoff: 102)
            $0.look("a", 104, 105, cutoff: 102)
        }
        #expect(found == [.cutoffByNobody])
    }

    @Test func aCutoffThatIsGoneAgain() {
        for cutoff in [nil, 101] {
            let found = kinds {
                $0.issue("a", 100, 101)
                $0.logout(100.5, 101, keeping: "a", kept: 1, cutoff: 99)
                $0.logout(102, 103, revoked: 1, cutoff: 102)
                $0.look("a", 104, 105, denied: true, cutoff: cutoff)
            }
            #expect(found == [.cutoffLost])
        }
    }

    @Test func aLogoutThatLeavesTheCutoffAloneReadsNone() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.logout(100.5, 101, keeping: "a", kept: 1, cutoff: 99)
            // Nothing is known of when it was issued.
            $0.logout(102, 103, keeping: "b", revoked: 1, cutoff: nil)
        }
        #expect(found.isEmpty)
    }

    @Test func aTokenAliveAfterALogout() {
        // Not on the blacklist, and not under the cutoff either.
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, revoked: 1, cutoff: 102)
            $0.look("a", 104, 105)
        }
        #expect(Set(found) == [.aliveThoughRevoked, .cutoffLost])
        // One that nobody recorded is reached by the cutoff alone.
        let unrecorded = kinds {
            $0.issue("a", 100, 101, isRecorded: false)
            $0.logout(102, 103, cutoff: 102)
            $0.look("a", 104, 105, cutoff: 102)
        }
        #expect(unrecorded.isEmpty)
    }

    @Test func aTokenAliveAfterALogoutThatKeptAnother() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.issue("b", 100, 101)
            $0.logout(102, 103, keeping: "a", revoked: 1, kept: 1, cutoff: 99)
            $0.look("b", 104, 105, cutoff: 99)
        }
        #expect(found == [.aliveThoughRevoked])
    }

    @Test func theKeptOneIsDead() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, keeping: "a", kept: 1, cutoff: 99)
            $0.look("a", 104, 105, denied: true, cutoff: 99)
        }
        #expect(found == [.revokedByNobody])
    }

    @Test func aLoginAfterwardsIsDead() {
        let found = kinds {
            $0.logout(100.1, 100.9, cutoff: 100)
            $0.issue("a", 100.95, 100.99)
            $0.look("a", 101, 102, cutoff: 100)
        }
        #expect(found.contains(.returnedTooEarly))
        #expect(found.contains(.issuedUnderCutoff))
    }

    @Test func aCutoffThatSparesWhatWasThereBefore() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, revoked: 0, cutoff: 99)
        }
        #expect(found == [.cutoffTooLow])
        let kept = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, keeping: "a", kept: 1, cutoff: nil)
        }
        #expect(kept == [.cutoffTooLow])
    }
}
