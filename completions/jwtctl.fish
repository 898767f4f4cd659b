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
complete -c jwtctl -n '__jwtctl_at ""' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at ""' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at ""' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at ""' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at ""' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at ""' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at ""' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at ""' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at ""' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at ""' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at ""' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at ""' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at ""' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at ""' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at ""' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at ""' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at ""' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at ""' -a issue -d 'Sign a token and record it.'
complete -c jwtctl -n '__jwtctl_at ""' -a decode -d 'Show a token\'s header and claims without verifying it.'
complete -c jwtctl -n '__jwtctl_at ""' -a verify -d 'Check a token\'s signature, claims and revocation.'
complete -c jwtctl -n '__jwtctl_at ""' -a status -d 'Show the revocation state of ids or tokens.'
complete -c jwtctl -n '__jwtctl_at ""' -a revoke -d 'Blacklist tokens until they expire.'
complete -c jwtctl -n '__jwtctl_at ""' -a renew -d 'Replace a token with a new one.'
complete -c jwtctl -n '__jwtctl_at ""' -a restore -d 'Undo a revocation.'
complete -c jwtctl -n '__jwtctl_at ""' -a logout-all -d 'Log users out of all sessions, on every device.'
complete -c jwtctl -n '__jwtctl_at ""' -a list -d 'List tokens, users or the blacklist.'
complete -c jwtctl -n '__jwtctl_at ""' -a stats -d 'Count users, unexpired tokens and blacklist entries.'
complete -c jwtctl -n '__jwtctl_at ""' -a doctor -d 'Find problems that could make revocations fail or get lost.'
complete -c jwtctl -n '__jwtctl_at ""' -a audit -d 'Show who revoked what, when and why.'
complete -c jwtctl -n '__jwtctl_at ""' -a prune -d 'Remove expired tokens from the users\' token lists.'
complete -c jwtctl -n '__jwtctl_at ""' -a key -d 'Generate, convert and inspect keys.'
complete -c jwtctl -n '__jwtctl_at ""' -a layout -d 'Manage layouts: how applications store tokens in Redis.'
complete -c jwtctl -n '__jwtctl_at ""' -a config -d 'Show the effective settings.'
complete -c jwtctl -n '__jwtctl_at ""' -a demo -d 'Try jwtctl with a temporary Redis.'
complete -c jwtctl -n '__jwtctl_at ""' -a completion -d 'Print the completion script for a shell.'
complete -c jwtctl -n '__jwtctl_at ""' -a help -d 'Show help for a command or a topic.'
complete -c jwtctl -n '__jwtctl_at ""' -a version -d 'Show the version and how it was built.'

complete -c jwtctl -n '__jwtctl_at "issue"' -l sub -d 'Subject (the user).' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "issue"' -l iss -d 'Issuer.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l aud -d 'Audience.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l expires-in -d 'Lifetime.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l exp -d 'Expiry time.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l nbf -d 'Time from which it is valid.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l iat -d 'Issue time.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l no-iat -d 'Omit the iat claim.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l jti -d 'Token id (default: 128 random bits).' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l claim -d 'Claim; NAME:=JSON if it is not a string.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l claims -d 'JSON object of claims, from a file or - for stdin.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l header -d 'Header member; NAME:=JSON if it is not a string.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l typ -d 'Media type (typ).' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l label -d 'Label shown in \'list tokens\'.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l count -d 'Issue N tokens, each with its own id.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l record -d 'Record it in the user\'s token list in Redis.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l no-record -d 'Opposite of --record.'
complete -c jwtctl -n '__jwtctl_at "issue"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "issue"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "issue"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "issue"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "issue"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "issue"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "issue"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "issue"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "issue"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "issue"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "issue"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "decode"' -l explain -d 'Show the meaning of each registered member.'
complete -c jwtctl -n '__jwtctl_at "decode"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "decode"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "decode"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "decode"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "decode"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "decode"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "decode"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "decode"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "verify"' -l iss -d 'Require this issuer (repeat to allow several).' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l aud -d 'Require this audience (repeat to allow several).' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l sub -d 'Require this subject.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l typ -d 'Require this type, such as at+jwt.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l leeway -d 'Clock skew to allow for exp and nbf.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l require -d 'Require this claim to be present.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l max-age -d 'Reject tokens issued longer ago than this.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l require-listed -d 'Reject tokens that are not in their user\'s token list.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l strict -d 'Accept only the claim types of RFC 7519.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l offline -d 'Do not connect to Redis.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l at -d 'Check as of this time; only with --offline.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l stream -d 'Print one line of JSON for each line of standard input.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l explain -d 'Show what each check found and expected, and each key.'
complete -c jwtctl -n '__jwtctl_at "verify"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "verify"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "verify"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "verify"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id introspection'
complete -c jwtctl -n '__jwtctl_at "verify"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "verify"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "verify"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "verify"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "verify"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "verify"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "verify"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "status"' -s u -l user -d 'User who owns these ids.' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "status"' -l require-listed -d 'Reject tokens that are not on their user\'s token list.'
complete -c jwtctl -n '__jwtctl_at "status"' -s f -l from -d 'Read items from a file, one per line.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l id -d 'Treat every item as an id.'
complete -c jwtctl -n '__jwtctl_at "status"' -l token -d 'Treat every item as a token.'
complete -c jwtctl -n '__jwtctl_at "status"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "status"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "status"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "status"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "status"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "status"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "status"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "status"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "status"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "status"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "status"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "status"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "status"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "revoke"' -s r -l reason -d 'Reason, stored with the entry and in the audit log.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l actor -d 'Name recorded in the audit log (default: login name).' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -s u -l user -d 'User who owns these ids (their list supplies the expiry).' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l exp -d 'Expiry time of a bare id\'s token.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l ttl -d 'Time until a bare id\'s token expires.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l forever -d 'Revoke forever: for tokens that never expire.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l iss -d 'Refuse tokens from any other issuer.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l no-verify -d 'Do not check the signatures of tokens.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s n -l dry-run -d 'Show what would be done without writing anything.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l max -d 'Refuse to write more than N entries.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l failed -d 'Write lines that need a retry to this file.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -s y -l yes -d 'Do not ask for confirmation.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s f -l from -d 'Read items from a file, one per line.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l id -d 'Treat every item as an id.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l token -d 'Treat every item as a token.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "revoke"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "revoke"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "revoke"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "renew"' -l expires-in -d 'Lifetime of the new token.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l label -d 'Label shown in \'list tokens\' (default: as before).' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -s r -l reason -d 'Reason, stored with the entry and in the audit log.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l actor -d 'Name recorded in the audit log (default: login name).' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "renew"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "renew"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "renew"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "renew"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "renew"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "renew"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "renew"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "renew"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "renew"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "renew"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "restore"' -s r -l reason -d 'Reason, stored in the audit log (required).' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l actor -d 'Name recorded in the audit log (default: login name).' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -s u -l user -d 'User who owns these ids.' -x -a '(__jwtctl_dynamic users)'
complete -c jwtctl -n '__jwtctl_at "restore"' -l no-verify -d 'Do not check the signatures of tokens.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s y -l yes -d 'Do not ask for confirmation.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s f -l from -d 'Read items from a file, one per line.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l id -d 'Treat every item as an id.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l token -d 'Treat every item as a token.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "restore"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "restore"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "restore"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "restore"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "restore"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "restore"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "restore"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "restore"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "restore"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "logout-all"' -l keep -d 'Keep this session logged in.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l issued-before -d 'Only tokens issued before this time.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s f -l from -d 'Read users from a file, one per line.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l everyone -d 'Log out all users: raise the global cutoff.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l skew -d 'Allow for issuers whose clocks run ahead.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l settle -d 'Recheck after this time if the layout has no cutoff.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s r -l reason -d 'Reason, stored in the audit log.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l actor -d 'Name recorded in the audit log (default: login name).' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s y -l yes -d 'Do not ask for confirmation.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "logout-all"' -a '(__jwtctl_dynamic users)'

complete -c jwtctl -n '__jwtctl_at "list"' -a tokens -d 'List a user\'s tokens.'
complete -c jwtctl -n '__jwtctl_at "list"' -a users -d 'List the users who have tokens.'
complete -c jwtctl -n '__jwtctl_at "list"' -a revoked -d 'List the blacklist entries.'

complete -c jwtctl -n '__jwtctl_at "list tokens"' -l all -d 'List the tokens of all users.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l sort -d 'Sort by expiry, issue time (newest first) or user.' -x -a 'exp iat user'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l limit -d 'Stop after N results.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l show-tokens -d 'Show whole tokens if the layout stores them.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "list tokens"' -a '(__jwtctl_dynamic users)'

complete -c jwtctl -n '__jwtctl_at "list users"' -l sort -d 'Sort by name, or by number of tokens (most first).' -x -a 'user count'
complete -c jwtctl -n '__jwtctl_at "list users"' -l limit -d 'Stop after N results.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l match -d 'Only users that match this pattern.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "list users"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "list users"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "list users"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "list users"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "list users"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "list users"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "list users"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "list revoked"' -l show-tokens -d 'Show whole tokens if the layout stores them.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l limit -d 'Stop after N results.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l match -d 'Only ids that match this pattern.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "list revoked"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "stats"' -l largest -d 'Show the N users with the most tokens.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id prometheus'
complete -c jwtctl -n '__jwtctl_at "stats"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "stats"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "stats"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "stats"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "stats"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "stats"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "stats"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "doctor"' -l deep -d 'Check every key instead of a sample.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l strict -d 'Fail on warnings, too.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -s k -l key -d 'Key in PEM, DER or JWK form, or a JWKS.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -s s -l secret -d 'HMAC secret (no other kind of key).' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -s a -l alg -d 'Use this algorithm only.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l allow-weak-key -d 'Allow keys shorter than the standards require.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "doctor"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "doctor"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "doctor"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "audit"' -s F -l follow -d 'Wait for new entries.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l limit -d 'Start with the last N entries.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -s u -l user -d 'Only entries about this user.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l id -d 'Only entries about this token id.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l actor -d 'Only changes made by this actor.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l since -d 'Only changes made at this time or later.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l until -d 'Only changes made before this time.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "audit"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "audit"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "audit"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "audit"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "audit"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "audit"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "audit"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "prune"' -s n -l dry-run -d 'Count without changing anything.'
complete -c jwtctl -n '__jwtctl_at "prune"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "prune"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "prune"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "prune"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "prune"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "prune"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "prune"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "prune"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "key"' -a generate -d 'Generate a new key.'
complete -c jwtctl -n '__jwtctl_at "key"' -a public -d 'Write the public half of a key.'
complete -c jwtctl -n '__jwtctl_at "key"' -a convert -d 'Convert a key to another format.'
complete -c jwtctl -n '__jwtctl_at "key"' -a thumbprint -d 'Print the JWK thumbprint of a key.'
complete -c jwtctl -n '__jwtctl_at "key"' -a show -d 'Show a key\'s type, strength and algorithms.'

complete -c jwtctl -n '__jwtctl_at "key generate"' -s a -l alg -d 'Algorithm of the key.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l bits -d 'Size of an RSA key, from 2048 to 8192 bits.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -s f -l format -d 'Format to write the key in.' -x -a 'pem der jwk jwks'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l out -d 'Write to a new file (mode 0600 for private keys).' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l kid -d 'Key id (kid) in a JWK.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key generate"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "key generate"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "key generate"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "key public"' -l select -d 'Use only the key with this kid (JWKS).' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -s s -l secret -d 'HMAC secret, instead of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key public"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -s f -l format -d 'Format to write the key in.' -x -a 'pem der jwk jwks'
complete -c jwtctl -n '__jwtctl_at "key public"' -l out -d 'Write to a new file (mode 0600 for private keys).' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l kid -d 'Key id (kid) in a JWK.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -s a -l alg -d 'Restrict a JWK to this algorithm.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "key public"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key public"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "key public"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key public"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key public"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key public"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "key public"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "key public"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "key public"' -F

complete -c jwtctl -n '__jwtctl_at "key convert"' -l select -d 'Use only the key with this kid (JWKS).' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -s s -l secret -d 'HMAC secret, instead of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -s f -l format -d 'Format to write the key in.' -x -a 'pem der jwk jwks'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l out -d 'Write to a new file (mode 0600 for private keys).' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l kid -d 'Key id (kid) in a JWK.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -s a -l alg -d 'Restrict a JWK to this algorithm.' -x -a 'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'
complete -c jwtctl -n '__jwtctl_at "key convert"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key convert"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "key convert"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "key convert"' -F

complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l select -d 'Use only the key with this kid (JWKS).' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s s -l secret -d 'HMAC secret, instead of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "key thumbprint"' -F

complete -c jwtctl -n '__jwtctl_at "key show"' -l select -d 'Use only the key with this kid (JWKS).' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -s s -l secret -d 'HMAC secret, instead of FILE.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l secret-encoding -d 'Encoding of the secret.' -x -a 'text raw base64 base64url hex'
complete -c jwtctl -n '__jwtctl_at "key show"' -l passphrase -d 'Passphrase of an encrypted key (default: ask for it).' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "key show"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "key show"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "key show"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "key show"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "key show"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "key show"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "key show"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "key show"' -F

complete -c jwtctl -n '__jwtctl_at "layout"' -a list -d 'List the layouts that --layout accepts by name.'
complete -c jwtctl -n '__jwtctl_at "layout"' -a show -d 'Explain a layout and print its JSON.'
complete -c jwtctl -n '__jwtctl_at "layout"' -a detect -d 'Find out which layouts a Redis uses.'

complete -c jwtctl -n '__jwtctl_at "layout list"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout list"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "layout list"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "layout list"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "layout show"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout show"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "layout show"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "layout show"' -F -a '(__jwtctl_dynamic layouts)'

complete -c jwtctl -n '__jwtctl_at "layout detect"' -l sample -d 'Look at N keys at most.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "layout detect"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "config"' -a show -d 'Show the effective settings and their sources.'

complete -c jwtctl -n '__jwtctl_at "config show"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "config show"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "config show"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "config show"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "config show"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "config show"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "config show"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "config show"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "demo"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "demo"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "demo"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "demo"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "demo"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "demo"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "demo"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "demo"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'

complete -c jwtctl -n '__jwtctl_at "completion"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "completion"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "completion"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "completion"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "completion"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "completion"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "completion"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "completion"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
complete -c jwtctl -n '__jwtctl_at "completion"' -a 'bash zsh fish'

complete -c jwtctl -n '__jwtctl_at "help"' -a 'issue decode verify status revoke renew restore logout-all list stats doctor audit prune key layout config demo completion help version runbook services exit-status environment time keys layouts layout-file config-file redis upgrading'

complete -c jwtctl -n '__jwtctl_at "version"' -s o -l output -d 'Write results in this format.' -x -a 'table wide json jsonl csv id'
complete -c jwtctl -n '__jwtctl_at "version"' -l json -d 'Write results as JSON.'
complete -c jwtctl -n '__jwtctl_at "version"' -l field -d 'Print one value, such as state.revoked.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -s q -l quiet -d 'Suppress notes; print only what the command creates.'
complete -c jwtctl -n '__jwtctl_at "version"' -s v -l verbose -d 'Show each Redis command and its answer.'
complete -c jwtctl -n '__jwtctl_at "version"' -l color -d 'Colour the output.' -x -a 'auto always never'
complete -c jwtctl -n '__jwtctl_at "version"' -l redis -d 'Redis URL.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-password -d 'Where to read the Redis password (path, env:NAME, fd:N, -).' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l askpass -d 'Ask for the Redis password on the terminal.'
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-cacert -d 'CA certificate file or directory to trust.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-cert -d 'Client certificate for TLS.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-key -d 'Private key of the client certificate.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-server-name -d 'Name that Redis\' certificate must have (for tunnels).' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-insecure -d 'Do not check Redis\' certificate.'
complete -c jwtctl -n '__jwtctl_at "version"' -l profile -d 'Profile from the configuration file.' -x -a '(__jwtctl_dynamic profiles)'
complete -c jwtctl -n '__jwtctl_at "version"' -l config -d 'Configuration file to use instead of the default one.' -r -F
complete -c jwtctl -n '__jwtctl_at "version"' -l layout -d 'Layout of the keys in Redis.' -r -F -a '(__jwtctl_dynamic layouts)'
complete -c jwtctl -n '__jwtctl_at "version"' -l layout-var -d 'Set a variable of the layout.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l namespace -d 'Prefix of the keys in Redis.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l timeout -d 'Give up if Redis does not respond for this long.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l redis-nat -d 'Connect to HOST:PORT at a different address (NAT).' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l wait -d 'Writes: wait for N replicas to acknowledge.' -x
complete -c jwtctl -n '__jwtctl_at "version"' -l fsync -d 'Writes: wait until the append-only file is on disk.'
complete -c jwtctl -n '__jwtctl_at "version"' -l require-durable -d 'Writes: refuse a Redis that may lose data.'
complete -c jwtctl -n '__jwtctl_at "version"' -l allow-replica -d 'Allow reading from a replica, whose data may be stale.'
