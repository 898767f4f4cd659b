# Completions for jwtctl in fish. Generated: change the program instead.

# The command and nested command that have been typed so far.
function __jwtctl_path
    set -l words (commandline -opc)
    set -e words[1]
    set -l path
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case -o --output --field --color --redis --redis-password --redis-cacert --redis-cert --redis-key --redis-server-name --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait
                set skip 1
            case '-*'
            case '*'
                set -a path $word
                contains -- "$path" 'list' 'key' 'layout' 'config'; or break
        end
    end
    echo "$path"
end

function __jwtctl_at
    test (__jwtctl_path) = "$argv[1]"
end

function __jwtctl_dynamic
    set -l words (commandline -opc) (commandline -ct)
    jwtctl __complete $argv[1] -- $words[2..] 2>/dev/null
end

complete -c jwtctl -f
complete -c jwtctl -s h -l help -d 'Show help'
complete -c jwtctl -n '__jwtctl_at ""' -l version -d 'Show the version'
complete -c jwtctl -n '__jwtctl_at ""' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at ""' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at ""' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at ""' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at ""' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at ""' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at ""' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at ""' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at ""' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at ""' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at ""' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at ""' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at ""' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at ""' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at ""' -a issue -d 'Sign a token and record it.'
complete -c jwtctl -n '__jwtctl_at ""' -a decode -d 'Show a token\'s header and claims, checking nothing.'
complete -c jwtctl -n '__jwtctl_at ""' -a verify -d 'Judge a token: signature, claims and revocation.'
complete -c jwtctl -n '__jwtctl_at ""' -a status -d 'Show the revocation state of ids or tokens.'
complete -c jwtctl -n '__jwtctl_at ""' -a revoke -d 'Blacklist tokens until they expire.'
complete -c jwtctl -n '__jwtctl_at ""' -a renew -d 'Replace a token by a new one.'
complete -c jwtctl -n '__jwtctl_at ""' -a restore -d 'Take a revocation back.'
complete -c jwtctl -n '__jwtctl_at ""' -a logout-all -d 'End every session of a user, on every device.'
complete -c jwtctl -n '__jwtctl_at ""' -a list -d 'List tokens, users or the blacklist.'
complete -c jwtctl -n '__jwtctl_at ""' -a stats -d 'Count users, live tokens and blacklist entries.'
complete -c jwtctl -n '__jwtctl_at ""' -a doctor -d 'Find what would make a revocation fail or vanish.'
complete -c jwtctl -n '__jwtctl_at ""' -a audit -d 'Show who revoked what, when and why.'
complete -c jwtctl -n '__jwtctl_at ""' -a prune -d 'Remove expired tokens from the users\' lists.'
complete -c jwtctl -n '__jwtctl_at ""' -a key -d 'Make, convert and look at keys.'
complete -c jwtctl -n '__jwtctl_at ""' -a layout -d 'How applications lay their state out in Redis.'
complete -c jwtctl -n '__jwtctl_at ""' -a config -d 'Look at the settings.'
complete -c jwtctl -n '__jwtctl_at ""' -a demo -d 'Try everything on a throw-away Redis.'
complete -c jwtctl -n '__jwtctl_at ""' -a completion -d 'Print the completion script of a shell.'
complete -c jwtctl -n '__jwtctl_at ""' -a help -d 'Explain a command or a topic.'
complete -c jwtctl -n '__jwtctl_at ""' -a version -d 'Show the version.'

complete -c jwtctl -n '__jwtctl_at "issue"' -l sub -d 'Whose token it is.' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "issue"' -l iss -d 'Who issues it.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l aud -d 'For whom it is.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l expires-in -d 'How long it lives.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l exp -d 'When it expires.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l nbf -d 'From when it is valid.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l iat -d 'When it was issued.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l no-iat -d 'Leave the claim iat out.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l jti -d 'Its id; 128 random bits by default.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l claim -d 'A claim; NAME:=JSON for one that is no string.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l claims -d 'An object of claims, from a file or - for stdin.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l header -d 'A header member; NAME:=JSON if no string.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l typ -d 'Its media type.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l label -d 'What the user\'s list calls it.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l count -d 'Make N tokens, each with an id of its own.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l record -d 'Put it on the user\'s list in Redis.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l no-record -d 'Not: Put it on the user\'s list in Redis.'
complete -c jwtctl -n '__jwtctl_at "issue"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "issue"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "issue"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "issue"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "issue"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "issue"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "issue"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "issue"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "decode"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "decode"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "decode"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "decode"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "decode"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "verify"' -l iss -d 'Demand this issuer.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l aud -d 'Demand this audience, or another one given.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l sub -d 'Demand this subject.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l typ -d 'Demand this type, such as at+jwt.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l leeway -d 'How far exp and nbf are stretched.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l require -d 'Demand that this claim is there.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l max-age -d 'Refuse tokens issued longer ago.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l require-listed -d 'Refuse tokens that are not on their user\'s list.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l strict -d 'Accept claims of RFC 7519\'s types only.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l offline -d 'Do not ask Redis.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l at -d 'Judge as of this time; only with --offline.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l stream -d 'Answer one JSON line for each line of standard input.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l explain -d 'Show what each check found and wanted, and each key.'
complete -c jwtctl -n '__jwtctl_at "verify"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "verify"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "verify"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "verify"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id introspection'
complete -c jwtctl -n '__jwtctl_at "verify"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "verify"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "verify"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "verify"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "status"' -s u -l user -d 'Whose ids these are.' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "status"' -l require-listed -d 'Refuse tokens that are not on their user\'s list.'
complete -c jwtctl -n '__jwtctl_at "status"' -s f -l from -d 'Read items from a file, one a line.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l id -d 'Every item is an id.'
complete -c jwtctl -n '__jwtctl_at "status"' -l token -d 'Every item is a token.'
complete -c jwtctl -n '__jwtctl_at "status"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "status"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "status"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "status"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "status"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "status"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "status"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "status"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "status"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "status"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "status"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "revoke"' -s r -l reason -d 'Why, for the entry and the trail.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l actor -d 'Who revokes; the login name by default.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -s u -l user -d 'Whose ids these are: their list has the expiry.' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l exp -d 'When the token of a bare id expires.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l ttl -d 'How long the token of a bare id lives on.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l forever -d 'Revoke without end: for tokens that never expire.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l iss -d 'Refuse tokens of another issuer.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l no-verify -d 'Do not check the signatures of tokens.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s n -l dry-run -d 'Show what would be done and write nothing.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l max -d 'Refuse to write more than N entries.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l failed -d 'Write lines that need a retry to this file.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -s y -l yes -d 'Do not ask.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s f -l from -d 'Read items from a file, one a line.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l id -d 'Every item is an id.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l token -d 'Every item is a token.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "renew"' -l expires-in -d 'How long the new token lives.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l label -d 'What the user\'s list calls it; as before.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -s r -l reason -d 'Why, for the entry and the trail.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l actor -d 'Who renews; the login name by default.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "renew"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "renew"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "renew"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "renew"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "renew"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "renew"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "renew"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "restore"' -s r -l reason -d 'Why; required.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l actor -d 'Who restores; the login name by default.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -s u -l user -d 'Whose ids these are.' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "restore"' -l no-verify -d 'Do not check the signatures of tokens.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s y -l yes -d 'Do not ask.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s f -l from -d 'Read items from a file, one a line.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l id -d 'Every item is an id.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l token -d 'Every item is a token.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "restore"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "restore"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "restore"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "restore"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "restore"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "logout-all"' -l keep -d 'Spare this session.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l issued-before -d 'Only tokens issued before this time.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s f -l from -d 'Read users from a file, one a line.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l everyone -d 'All users: raise the global cutoff.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l skew -d 'Raise the cutoff further, for clocks that run ahead.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l settle -d 'Look again after this, where a layout has no cutoff.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s r -l reason -d 'Why, for the trail.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l actor -d 'Who does it; the login name by default.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s y -l yes -d 'Do not ask.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -a '(__jwtctl_dynamic users)'

complete -c jwtctl -n '__jwtctl_at "list"' -a tokens -d 'List a user\'s tokens.'
complete -c jwtctl -n '__jwtctl_at "list"' -a users -d 'List the users who have tokens.'
complete -c jwtctl -n '__jwtctl_at "list"' -a revoked -d 'List the blacklist.'

complete -c jwtctl -n '__jwtctl_at "list tokens"' -l all -d 'The tokens of every user.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l sort -d 'Sort by end, by issue (newest first), or user.' -x -a 'exp iat user'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l limit -d 'Stop after N results.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l show-tokens -d 'Show whole tokens where the layout has them.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -a '(__jwtctl_dynamic users)'

complete -c jwtctl -n '__jwtctl_at "list users"' -l sort -d 'Sort by name, or by count, most tokens first.' -x -a 'user count'
complete -c jwtctl -n '__jwtctl_at "list users"' -l limit -d 'Stop after N results.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l match -d 'Only users like this.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "list users"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "list users"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "list users"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "list users"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "list revoked"' -l show-tokens -d 'Show whole tokens where the layout has them.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l limit -d 'Stop after N results.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l match -d 'Only ids like this.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "stats"' -l largest -d 'How many of the largest users to show.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id prometheus'
complete -c jwtctl -n '__jwtctl_at "stats"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "stats"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "stats"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "stats"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "doctor"' -l deep -d 'Look at every key instead of a sample.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l strict -d 'Fail where there are warnings, too.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -s k -l key -d 'A key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -s s -l secret -d 'An HMAC secret, and nothing else.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -s a -l alg -d 'The one algorithm to use.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l allow-weak-key -d 'Use keys that are shorter than the standards ask for.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "audit"' -s F -l follow -d 'Wait for further entries.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l limit -d 'Begin with the last N entries.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -s u -l user -d 'Only of this user.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l id -d 'Only of this token.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l actor -d 'Only what this person did.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l since -d 'Only what was done at this time or later.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l until -d 'Only what was done before this time.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "audit"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "audit"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "audit"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "audit"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "prune"' -s n -l dry-run -d 'Count, and change nothing.'
complete -c jwtctl -n '__jwtctl_at "prune"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "prune"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "prune"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "prune"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "prune"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "key"' -a generate -d 'Make a new key.'
complete -c jwtctl -n '__jwtctl_at "key"' -a public -d 'Write the public half of a key.'
complete -c jwtctl -n '__jwtctl_at "key"' -a convert -d 'Write a key in another form.'
complete -c jwtctl -n '__jwtctl_at "key"' -a thumbprint -d 'Print the JWK thumbprint of a key.'
complete -c jwtctl -n '__jwtctl_at "key"' -a show -d 'Say what a key is and what it may do.'

complete -c jwtctl -n '__jwtctl_at "key generate"' -s a -l alg -d 'The algorithm that it is for.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l bits -d 'The size of an RSA key, from 2048 to 8192.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -s f -l format -d 'The form to write the key in.' -x -a 'pem der jwk jwks'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l out -d 'Write a new file, not standard output; a private key\'s has mode 0600.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l kid -d 'The key\'s name in a JWK.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "key public"' -l select -d 'Of a JWKS, only the key of this kid.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -s s -l secret -d 'An HMAC secret, in place of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key public"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -s f -l format -d 'The form to write the key in.' -x -a 'pem der jwk jwks'
complete -c jwtctl -n '__jwtctl_at "key public"' -l out -d 'Write a new file, not standard output; a private key\'s has mode 0600.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l kid -d 'The key\'s name in a JWK.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -s a -l alg -d 'The one algorithm that a JWK allows.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "key public"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key public"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "key public"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key public"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key public"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "key public"' -F

complete -c jwtctl -n '__jwtctl_at "key convert"' -l select -d 'Of a JWKS, only the key of this kid.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -s s -l secret -d 'An HMAC secret, in place of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -s f -l format -d 'The form to write the key in.' -x -a 'pem der jwk jwks'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l out -d 'Write a new file, not standard output; a private key\'s has mode 0600.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l kid -d 'The key\'s name in a JWK.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -s a -l alg -d 'The one algorithm that a JWK allows.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "key convert"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -F

complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l select -d 'Of a JWKS, only the key of this kid.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s s -l secret -d 'An HMAC secret, in place of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -F

complete -c jwtctl -n '__jwtctl_at "key show"' -l select -d 'Of a JWKS, only the key of this kid.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -s s -l secret -d 'An HMAC secret, in place of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l secret-encoding -d 'How the secret is written.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key show"' -l passphrase -d 'What opens an encrypted key; asked for on a terminal.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key show"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "key show"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key show"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key show"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "key show"' -F

complete -c jwtctl -n '__jwtctl_at "layout"' -a list -d 'List the layouts that --layout knows by name.'
complete -c jwtctl -n '__jwtctl_at "layout"' -a show -d 'Explain a layout, and print its data.'
complete -c jwtctl -n '__jwtctl_at "layout"' -a detect -d 'Find out which layouts a Redis has.'

complete -c jwtctl -n '__jwtctl_at "layout list"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "layout show"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -F -a '(__jwtctl_dynamic layouts)'

complete -c jwtctl -n '__jwtctl_at "layout detect"' -l sample -d 'Look at no more than N keys.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "config"' -a show -d 'Show the settings that hold, and who says so.'

complete -c jwtctl -n '__jwtctl_at "config show"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "config show"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "config show"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "config show"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "config show"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "demo"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "demo"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "demo"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "demo"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "demo"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l allow-replica -d 'Read from a replica, whose state may be old.'

complete -c jwtctl -n '__jwtctl_at "completion"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "completion"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "completion"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "completion"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "completion"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l allow-replica -d 'Read from a replica, whose state may be old.'
complete -c jwtctl -n '__jwtctl_at "completion"' -a 'bash zsh fish'

complete -c jwtctl -n '__jwtctl_at "help"' -a 'issue decode verify status revoke renew restore logout-all list stats doctor audit prune key layout config demo completion help version exit-status environment time keys layouts layout-file config-file redis upgrading'

complete -c jwtctl -n '__jwtctl_at "version"' -s o -l output -d 'Write results in this format.' -x -a 'table json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "version"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "version"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -s q -l quiet -d 'Print no notes, and nothing but what was made.'
complete -c jwtctl -n '__jwtctl_at "version"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "version"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "version"' -l redis -d 'The Redis that holds the state.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-password -d 'Where the Redis password stands.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-cacert -d 'File or folder of authorities that may sign Redis\' certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-cert -d 'Our certificate, for Redis to check.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-key -d 'The key of that certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-server-name -d 'Name that Redis\' certificate must have (tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "version"' -l profile -d 'The profile of the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "version"' -l config -d 'The configuration file, in place of the usual one.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l layout -d 'How state lies in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "version"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l namespace -d 'What the keys in Redis begin with.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l timeout -d 'How long Redis may stay silent.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-nat -d 'Reach an announced HOST:PORT at another.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l wait -d 'Writing: wait until N replicas have it too.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l fsync -d 'Writing: wait until the append-only files have it.'
complete -c jwtctl -n '__jwtctl_at "version"' -l require-durable -d 'Writing: refuse a Redis that may lose what is written.'
complete -c jwtctl -n '__jwtctl_at "version"' -l allow-replica -d 'Read from a replica, whose state may be old.'
