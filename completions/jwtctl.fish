# Completions for jwtctl in fish. Generated: change the program instead.

# The subcommands of the command $argv[1], each with a tab before its description.
function __jwtctl_subcommands
    switch $argv[1]
        case ''
            printf '%s\n' \
                'issue'\t'Sign a token and record it' \
                'decode'\t'Show a token\'s header and claims without verifying it' \
                'verify'\t'Check a token\'s signature, claims and revocation' \
                'status'\t'Show the revocation state of ids, tokens or a user' \
                'revoke'\t'Blacklist tokens until they expire' \
                'renew'\t'Replace a token with a new one' \
                'restore'\t'Undo a revocation' \
                'logout-all'\t'Log users out of all sessions, on every device' \
                'prove'\t'Revoke a token and see the service refuse it' \
                'list'\t'List tokens, users or the blacklist' \
                'find'\t'Find the user of a token by its id' \
                'stats'\t'Count users, unexpired tokens and blacklist entries' \
                'doctor'\t'Find problems that could make revocations fail or get lost' \
                'audit'\t'Show who revoked what, when and why' \
                'prune'\t'Remove expired tokens from the users\' token lists' \
                'key'\t'Generate, convert and inspect keys' \
                'layout'\t'Manage layouts: how applications store tokens in Redis' \
                'config'\t'Show the effective settings' \
                'demo'\t'Try jwtctl with a temporary Redis' \
                'completion'\t'Print the completion script for a shell' \
                'help'\t'Show help for a command or a topic' \
                'version'\t'Show the version and how it was built'
        case 'list'
            printf '%s\n' \
                'tokens'\t'List a user\'s tokens' \
                'users'\t'List the users who have tokens' \
                'revoked'\t'List the blacklist entries'
        case 'key'
            printf '%s\n' \
                'generate'\t'Generate a new key' \
                'public'\t'Write the public half of a key' \
                'convert'\t'Convert a key to another format' \
                'thumbprint'\t'Print the JWK thumbprint of a key' \
                'show'\t'Show a key\'s type, strength and algorithms'
        case 'layout'
            printf '%s\n' \
                'list'\t'List the layouts that --layout accepts by name' \
                'show'\t'Explain a layout and print its JSON' \
                'detect'\t'Find out which layouts a Redis uses'
        case 'config'
            printf '%s\n' \
                'show'\t'Show the effective settings and their sources'
    end
end

# The command's own options in the same form. Returns 1 where there is no such command.
function __jwtctl_own_options
    switch $argv[1]
        case ''
            printf '%s\n' \
                '--version'\t'Show the version'
        case 'issue'
            printf '%s\n' \
                '--sub'\t'Subject (the user)' \
                '--iss'\t'Issuer' \
                '--aud ...'\t'Audience' \
                '--expires-in'\t'Lifetime' \
                '--exp'\t'Expiry time' \
                '--nbf'\t'Time from which it is valid' \
                '--iat'\t'Issue time' \
                '--no-iat'\t'Omit the iat claim' \
                '--jti'\t'Token id (default: 128 random bits)' \
                '--claim ...'\t'Claim; NAME:=JSON if it is not a string' \
                '--claims'\t'JSON object of claims, from a file or - for stdin' \
                '--header ...'\t'Header member; NAME:=JSON if it is not a string' \
                '--typ'\t'Media type (typ)' \
                '--label'\t'Label shown in \'list tokens\'' \
                '--count'\t'Issue N tokens, each with its own id' \
                '--record'\t'Record it in the user\'s token list in Redis' \
                '--no-record'\t'Opposite of --record' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'decode'
            printf '%s\n' \
                '--explain'\t'Show the meaning of each registered member'
        case 'verify'
            printf '%s\n' \
                '--iss ...'\t'Require this issuer (repeat to allow several)' \
                '--aud ...'\t'Require this audience (repeat to allow several)' \
                '--sub'\t'Require this subject' \
                '--typ'\t'Require this type, such as at+jwt' \
                '--leeway'\t'Clock skew to allow for exp and nbf' \
                '--require ...'\t'Require this claim to be present' \
                '--max-age'\t'Reject tokens issued longer ago than this' \
                '--require-listed'\t'Reject tokens that are not in their user\'s token list' \
                '--strict'\t'Accept only the claim types of RFC 7519' \
                '--offline'\t'Do not connect to Redis' \
                '--at'\t'Check as of this time; only with --offline' \
                '--stream'\t'Print one line of JSON for each line of standard input' \
                '--explain'\t'Show what each check found and expected, and each key' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'status'
            printf '%s\n' \
                '-u --user'\t'User who owns these ids' \
                '--require-listed'\t'Reject tokens that are not on their user\'s token list' \
                '--issued-at'\t'With --user alone: judge an unrecorded token issued at this time' \
                '-f --from'\t'Read items from a file, one per line' \
                '--id'\t'Treat every item as an id' \
                '--token'\t'Treat every item as a token'
        case 'revoke'
            printf '%s\n' \
                '-r --reason'\t'Reason, stored with the entry and in the audit log' \
                '--actor'\t'Name recorded in the audit log (default: login name)' \
                '--audit-log'\t'Append the change to this file, as JSON' \
                '-u --user'\t'User who owns these ids (their list supplies the expiry)' \
                '--exp'\t'Expiry time of a bare id\'s token' \
                '--ttl'\t'Time until a bare id\'s token expires' \
                '--forever'\t'Revoke forever: for tokens that never expire' \
                '--iss'\t'Refuse tokens from any other issuer' \
                '--no-verify'\t'Do not check the signatures of tokens' \
                '-n --dry-run'\t'Show what would be done without writing anything' \
                '--max'\t'Write at most N entries and refuse the rest' \
                '--failed'\t'Write lines that need a retry to this file' \
                '-y --yes'\t'Do not ask for confirmation' \
                '-f --from'\t'Read items from a file, one per line' \
                '--id'\t'Treat every item as an id' \
                '--token'\t'Treat every item as a token' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'renew'
            printf '%s\n' \
                '--expires-in'\t'Lifetime of the new token' \
                '--label'\t'Label shown in \'list tokens\' (default: as before)' \
                '-r --reason'\t'Reason, stored with the entry and in the audit log' \
                '--actor'\t'Name recorded in the audit log (default: login name)' \
                '--audit-log'\t'Append the change to this file, as JSON' \
                '-n --dry-run'\t'Show what would be done without writing anything' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'restore'
            printf '%s\n' \
                '-r --reason'\t'Reason, stored in the audit log (required)' \
                '--actor'\t'Name recorded in the audit log (default: login name)' \
                '--audit-log'\t'Append the change to this file, as JSON' \
                '-u --user'\t'User who owns these ids' \
                '--no-verify'\t'Do not check the signatures of tokens' \
                '-y --yes'\t'Do not ask for confirmation' \
                '-n --dry-run'\t'Show what would be done without writing anything' \
                '-f --from'\t'Read items from a file, one per line' \
                '--id'\t'Treat every item as an id' \
                '--token'\t'Treat every item as a token' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'logout-all'
            printf '%s\n' \
                '--keep'\t'Keep this session logged in' \
                '--issued-before'\t'Only tokens issued before this time' \
                '-f --from'\t'Read users from a file, one per line' \
                '--everyone'\t'Log out all users: raise the global cutoff' \
                '--skew'\t'Allow for issuers whose clocks run ahead' \
                '--settle'\t'Recheck after this time if the layout has no cutoff' \
                '-r --reason'\t'Reason, stored in the audit log' \
                '--actor'\t'Name recorded in the audit log (default: login name)' \
                '--audit-log'\t'Append the change to this file, as JSON' \
                '-y --yes'\t'Do not ask for confirmation' \
                '-n --dry-run'\t'Show what would be done without writing anything' \
                '--print-ids'\t'Write the id of each revoked token to this file' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'prove'
            printf '%s\n' \
                '--within'\t'How long the service may go on accepting the token' \
                '--refused-status'\t'Exit status of COMMAND for a refused token' \
                '--logout-all'\t'Log the user out instead' \
                '--restore'\t'Undo the revocation at the end' \
                '-r --reason'\t'Reason, stored with the entry and in the audit log' \
                '--actor'\t'Name recorded in the audit log (default: login name)' \
                '--audit-log'\t'Append the change to this file, as JSON' \
                '--no-verify'\t'Do not check the signature of the token' \
                '-n --dry-run'\t'Only see whether the service accepts the token' \
                '-y --yes'\t'Do not ask for confirmation' \
                '--issue'\t'Issue the token, and one of another user for comparison' \
                '--sub'\t'User of the issued token' \
                '--other-sub'\t'User of the token for comparison' \
                '--iss'\t'Issuer of issued tokens' \
                '--aud ...'\t'Audience of issued tokens' \
                '--claim ...'\t'Claim of issued tokens; NAME:=JSON if it is not a string' \
                '--expires-in'\t'Lifetime of issued tokens' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'list'
        case 'list tokens'
            printf '%s\n' \
                '--all'\t'List the tokens of all users' \
                '--sort'\t'Sort by expiry, issue time (newest first) or user' \
                '--limit'\t'Stop after N results' \
                '--show-tokens'\t'Show whole tokens if the layout stores them' \
                '--issued-since'\t'Only tokens issued at this time or later' \
                '--issued-before'\t'Only tokens issued before this time' \
                '--expires-before'\t'Only tokens that expire before this time' \
                '--state'\t'Only tokens in this state' \
                '--label'\t'Only labels that match this pattern'
        case 'list users'
            printf '%s\n' \
                '--sort'\t'Sort by name, or by number of tokens (most first)' \
                '--active'\t'Count each user\'s active tokens' \
                '--with-cutoffs'\t'Also list users who have only a cutoff' \
                '--limit'\t'Stop after N results' \
                '--match'\t'Only users that match this pattern'
        case 'list revoked'
            printf '%s\n' \
                '--show-tokens'\t'Show whole tokens if the layout stores them' \
                '--limit'\t'Stop after N results' \
                '--match'\t'Only ids that match this pattern' \
                '--actor'\t'Only entries made by this actor' \
                '--expires-before'\t'Only tokens that expire before this time'
        case 'find'
            printf '%s\n' \
                '--limit'\t'Show at most N tokens for each beginning of an id' \
                '-f --from'\t'Read items from a file, one per line' \
                '--id'\t'Treat every item as an id' \
                '--token'\t'Treat every item as a token'
        case 'stats'
            printf '%s\n' \
                '--largest'\t'Show the N users with the most unexpired tokens' \
                '--active'\t'Count active tokens too'
        case 'doctor'
            printf '%s\n' \
                '--deep'\t'Check every key instead of a sample' \
                '--strict'\t'Fail on warnings, too' \
                '-k --key'\t'Key in PEM, DER or JWK form, or a JWKS' \
                '-s --secret'\t'HMAC secret (no other kind of key)' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-a --alg'\t'Use this algorithm only' \
                '--allow-weak-key'\t'Allow keys shorter than the standards require'
        case 'audit'
            printf '%s\n' \
                '-F --follow'\t'Wait for new entries' \
                '--limit'\t'Start with the last N entries' \
                '--audit-log'\t'Read this file instead of the audit log in Redis' \
                '-u --user'\t'Only entries about this user' \
                '--id'\t'Only entries about this token id' \
                '--actor'\t'Only changes made by this actor' \
                '--since'\t'Only changes made at this time or later' \
                '--until'\t'Only changes made before this time'
        case 'prune'
            printf '%s\n' \
                '-n --dry-run'\t'Count without changing anything'
        case 'key'
        case 'key generate'
            printf '%s\n' \
                '-a --alg'\t'Algorithm of the key' \
                '--bits'\t'Size of an RSA key, from 2048 to 8192 bits' \
                '-f --format'\t'Format to write the key in' \
                '--out'\t'Write to a new file (mode 0600 for private keys)' \
                '--kid'\t'Key id (kid) in a JWK'
        case 'key public'
            printf '%s\n' \
                '--select'\t'Use only the key with this kid (JWKS)' \
                '-s --secret'\t'HMAC secret, instead of FILE' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-f --format'\t'Format to write the key in' \
                '--out'\t'Write to a new file (mode 0600 for private keys)' \
                '--kid'\t'Key id (kid) in a JWK' \
                '-a --alg'\t'Restrict a JWK to this algorithm'
        case 'key convert'
            printf '%s\n' \
                '--select'\t'Use only the key with this kid (JWKS)' \
                '-s --secret'\t'HMAC secret, instead of FILE' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)' \
                '-f --format'\t'Format to write the key in' \
                '--out'\t'Write to a new file (mode 0600 for private keys)' \
                '--kid'\t'Key id (kid) in a JWK' \
                '-a --alg'\t'Restrict a JWK to this algorithm'
        case 'key thumbprint'
            printf '%s\n' \
                '--select'\t'Use only the key with this kid (JWKS)' \
                '-s --secret'\t'HMAC secret, instead of FILE' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)'
        case 'key show'
            printf '%s\n' \
                '--select'\t'Use only the key with this kid (JWKS)' \
                '-s --secret'\t'HMAC secret, instead of FILE' \
                '--secret-encoding'\t'Encoding of the secret' \
                '--passphrase'\t'Passphrase of an encrypted key (default: ask for it)'
        case 'layout'
        case 'layout list'
        case 'layout show'
        case 'layout detect'
            printf '%s\n' \
                '--sample'\t'Look at N keys at most'
        case 'config'
        case 'config show'
        case 'demo'
        case 'completion'
        case 'help'
        case 'version'
        case '*'
            return 1
    end
end

# The options of all commands.
function __jwtctl_global_options
    printf '%s\n' \
        '-o --output'\t'Write results in this format' \
        '--json'\t'Write results as JSON' \
        '--field'\t'Print one value, such as state.revoked' \
        '-q --quiet'\t'Suppress notes; print only what the command creates' \
        '-v --verbose'\t'Show each Redis command and its answer' \
        '--color'\t'Colour the output' \
        '--redis'\t'Redis URL' \
        '--redis-password'\t'Where to read the Redis password (path, env:NAME, fd:N, -)' \
        '--askpass'\t'Ask for the Redis password on the terminal' \
        '--redis-cacert'\t'CA certificate file or directory to trust' \
        '--redis-cert'\t'Client certificate for TLS' \
        '--redis-key'\t'Private key of the client certificate' \
        '--redis-server-name'\t'Name that Redis\' certificate must have (for tunnels)' \
        '--redis-insecure'\t'Do not check Redis\' certificate' \
        '--profile'\t'Profile from the configuration file' \
        '--config'\t'Configuration file to use instead of the default one' \
        '--layout'\t'Layout of the keys in Redis' \
        '--layout-var ...'\t'Set a variable of the layout' \
        '--namespace'\t'Prefix of the keys in Redis' \
        '--timeout'\t'Give up if Redis does not respond for this long' \
        '--redis-nat ...'\t'Connect to HOST:PORT at a different address (NAT)' \
        '--wait'\t'Writes: wait for N replicas to acknowledge' \
        '--fsync'\t'Writes: wait until the append-only file is on disk' \
        '--require-durable'\t'Writes: refuse a Redis that may lose data' \
        '--allow-replica'\t'Allow reading from a replica, whose data may be stale' \
        '-h --help'\t'Show help'
end

# The kind and list for the value of the option $argv[2] of the command $argv[1].
# Returns 1 for an option without a value.
function __jwtctl_value
    switch "$argv[1] $argv[2]"
        case 'issue --sub'
            printf '%s\n' 'dynamic' 'users'
        case 'issue --iss'
            printf '%s\n' 'none'
        case 'issue --aud'
            printf '%s\n' 'none'
        case 'issue --expires-in'
            printf '%s\n' 'none'
        case 'issue --exp'
            printf '%s\n' 'none'
        case 'issue --nbf'
            printf '%s\n' 'none'
        case 'issue --iat'
            printf '%s\n' 'none'
        case 'issue --jti'
            printf '%s\n' 'none'
        case 'issue --claim'
            printf '%s\n' 'none'
        case 'issue --claims'
            printf '%s\n' 'file'
        case 'issue --header'
            printf '%s\n' 'none'
        case 'issue --typ'
            printf '%s\n' 'none'
        case 'issue --label'
            printf '%s\n' 'none'
        case 'issue --count'
            printf '%s\n' 'none'
        case 'issue -k' 'issue --key'
            printf '%s\n' 'file'
        case 'issue -s' 'issue --secret'
            printf '%s\n' 'file'
        case 'issue --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'issue --passphrase'
            printf '%s\n' 'file'
        case 'issue -a' 'issue --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'verify --iss'
            printf '%s\n' 'none'
        case 'verify --aud'
            printf '%s\n' 'none'
        case 'verify --sub'
            printf '%s\n' 'none'
        case 'verify --typ'
            printf '%s\n' 'none'
        case 'verify --leeway'
            printf '%s\n' 'none'
        case 'verify --require'
            printf '%s\n' 'dynamic' 'claims'
        case 'verify --max-age'
            printf '%s\n' 'none'
        case 'verify --at'
            printf '%s\n' 'none'
        case 'verify -k' 'verify --key'
            printf '%s\n' 'file'
        case 'verify -s' 'verify --secret'
            printf '%s\n' 'file'
        case 'verify --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'verify --passphrase'
            printf '%s\n' 'file'
        case 'verify -a' 'verify --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'verify -o' 'verify --output'
            printf '%s\n' 'words' 'table' 'wide' 'json' 'jsonl' 'csv' 'id' 'introspection'
        case 'status -u' 'status --user'
            printf '%s\n' 'dynamic' 'users'
        case 'status --issued-at'
            printf '%s\n' 'none'
        case 'status -f' 'status --from'
            printf '%s\n' 'file'
        case 'revoke -r' 'revoke --reason'
            printf '%s\n' 'none'
        case 'revoke --actor'
            printf '%s\n' 'none'
        case 'revoke --audit-log'
            printf '%s\n' 'file'
        case 'revoke -u' 'revoke --user'
            printf '%s\n' 'dynamic' 'users'
        case 'revoke --exp'
            printf '%s\n' 'none'
        case 'revoke --ttl'
            printf '%s\n' 'none'
        case 'revoke --iss'
            printf '%s\n' 'none'
        case 'revoke --max'
            printf '%s\n' 'none'
        case 'revoke --failed'
            printf '%s\n' 'file'
        case 'revoke -f' 'revoke --from'
            printf '%s\n' 'file'
        case 'revoke -k' 'revoke --key'
            printf '%s\n' 'file'
        case 'revoke -s' 'revoke --secret'
            printf '%s\n' 'file'
        case 'revoke --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'revoke --passphrase'
            printf '%s\n' 'file'
        case 'revoke -a' 'revoke --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'renew --expires-in'
            printf '%s\n' 'none'
        case 'renew --label'
            printf '%s\n' 'none'
        case 'renew -r' 'renew --reason'
            printf '%s\n' 'none'
        case 'renew --actor'
            printf '%s\n' 'none'
        case 'renew --audit-log'
            printf '%s\n' 'file'
        case 'renew -k' 'renew --key'
            printf '%s\n' 'file'
        case 'renew -s' 'renew --secret'
            printf '%s\n' 'file'
        case 'renew --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'renew --passphrase'
            printf '%s\n' 'file'
        case 'renew -a' 'renew --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'restore -r' 'restore --reason'
            printf '%s\n' 'none'
        case 'restore --actor'
            printf '%s\n' 'none'
        case 'restore --audit-log'
            printf '%s\n' 'file'
        case 'restore -u' 'restore --user'
            printf '%s\n' 'dynamic' 'users'
        case 'restore -f' 'restore --from'
            printf '%s\n' 'file'
        case 'restore -k' 'restore --key'
            printf '%s\n' 'file'
        case 'restore -s' 'restore --secret'
            printf '%s\n' 'file'
        case 'restore --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'restore --passphrase'
            printf '%s\n' 'file'
        case 'restore -a' 'restore --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'logout-all --keep'
            printf '%s\n' 'none'
        case 'logout-all --issued-before'
            printf '%s\n' 'none'
        case 'logout-all -f' 'logout-all --from'
            printf '%s\n' 'file'
        case 'logout-all --skew'
            printf '%s\n' 'none'
        case 'logout-all --settle'
            printf '%s\n' 'none'
        case 'logout-all -r' 'logout-all --reason'
            printf '%s\n' 'none'
        case 'logout-all --actor'
            printf '%s\n' 'none'
        case 'logout-all --audit-log'
            printf '%s\n' 'file'
        case 'logout-all --print-ids'
            printf '%s\n' 'file'
        case 'logout-all -k' 'logout-all --key'
            printf '%s\n' 'file'
        case 'logout-all -s' 'logout-all --secret'
            printf '%s\n' 'file'
        case 'logout-all --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'logout-all --passphrase'
            printf '%s\n' 'file'
        case 'logout-all -a' 'logout-all --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'prove --within'
            printf '%s\n' 'none'
        case 'prove --refused-status'
            printf '%s\n' 'none'
        case 'prove -r' 'prove --reason'
            printf '%s\n' 'none'
        case 'prove --actor'
            printf '%s\n' 'none'
        case 'prove --audit-log'
            printf '%s\n' 'file'
        case 'prove --sub'
            printf '%s\n' 'dynamic' 'users'
        case 'prove --other-sub'
            printf '%s\n' 'none'
        case 'prove --iss'
            printf '%s\n' 'none'
        case 'prove --aud'
            printf '%s\n' 'none'
        case 'prove --claim'
            printf '%s\n' 'none'
        case 'prove --expires-in'
            printf '%s\n' 'none'
        case 'prove -k' 'prove --key'
            printf '%s\n' 'file'
        case 'prove -s' 'prove --secret'
            printf '%s\n' 'file'
        case 'prove --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'prove --passphrase'
            printf '%s\n' 'file'
        case 'prove -a' 'prove --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'list tokens --sort'
            printf '%s\n' 'words' 'exp' 'iat' 'user'
        case 'list tokens --limit'
            printf '%s\n' 'none'
        case 'list tokens --issued-since'
            printf '%s\n' 'none'
        case 'list tokens --issued-before'
            printf '%s\n' 'none'
        case 'list tokens --expires-before'
            printf '%s\n' 'none'
        case 'list tokens --state'
            printf '%s\n' 'words' 'active' 'revoked' 'cut_off' 'not_yet_valid' 'expired'
        case 'list tokens --label'
            printf '%s\n' 'none'
        case 'list users --sort'
            printf '%s\n' 'words' 'user' 'count'
        case 'list users --limit'
            printf '%s\n' 'none'
        case 'list users --match'
            printf '%s\n' 'none'
        case 'list revoked --limit'
            printf '%s\n' 'none'
        case 'list revoked --match'
            printf '%s\n' 'none'
        case 'list revoked --actor'
            printf '%s\n' 'none'
        case 'list revoked --expires-before'
            printf '%s\n' 'none'
        case 'find --limit'
            printf '%s\n' 'none'
        case 'find -f' 'find --from'
            printf '%s\n' 'file'
        case 'stats --largest'
            printf '%s\n' 'none'
        case 'stats -o' 'stats --output'
            printf '%s\n' 'words' 'table' 'wide' 'json' 'jsonl' 'csv' 'id' 'prometheus'
        case 'doctor -k' 'doctor --key'
            printf '%s\n' 'file'
        case 'doctor -s' 'doctor --secret'
            printf '%s\n' 'file'
        case 'doctor --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'doctor --passphrase'
            printf '%s\n' 'file'
        case 'doctor -a' 'doctor --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'audit --limit'
            printf '%s\n' 'none'
        case 'audit --audit-log'
            printf '%s\n' 'file'
        case 'audit -u' 'audit --user'
            printf '%s\n' 'dynamic' 'users'
        case 'audit --id'
            printf '%s\n' 'none'
        case 'audit --actor'
            printf '%s\n' 'none'
        case 'audit --since'
            printf '%s\n' 'none'
        case 'audit --until'
            printf '%s\n' 'none'
        case 'key generate -a' 'key generate --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'key generate --bits'
            printf '%s\n' 'none'
        case 'key generate -f' 'key generate --format'
            printf '%s\n' 'words' 'pem' 'der' 'jwk' 'jwks'
        case 'key generate --out'
            printf '%s\n' 'file'
        case 'key generate --kid'
            printf '%s\n' 'none'
        case 'key public --select'
            printf '%s\n' 'none'
        case 'key public -s' 'key public --secret'
            printf '%s\n' 'file'
        case 'key public --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'key public --passphrase'
            printf '%s\n' 'file'
        case 'key public -f' 'key public --format'
            printf '%s\n' 'words' 'pem' 'der' 'jwk' 'jwks'
        case 'key public --out'
            printf '%s\n' 'file'
        case 'key public --kid'
            printf '%s\n' 'none'
        case 'key public -a' 'key public --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'key convert --select'
            printf '%s\n' 'none'
        case 'key convert -s' 'key convert --secret'
            printf '%s\n' 'file'
        case 'key convert --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'key convert --passphrase'
            printf '%s\n' 'file'
        case 'key convert -f' 'key convert --format'
            printf '%s\n' 'words' 'pem' 'der' 'jwk' 'jwks'
        case 'key convert --out'
            printf '%s\n' 'file'
        case 'key convert --kid'
            printf '%s\n' 'none'
        case 'key convert -a' 'key convert --alg'
            printf '%s\n' 'words' 'HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448'
        case 'key thumbprint --select'
            printf '%s\n' 'none'
        case 'key thumbprint -s' 'key thumbprint --secret'
            printf '%s\n' 'file'
        case 'key thumbprint --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'key thumbprint --passphrase'
            printf '%s\n' 'file'
        case 'key show --select'
            printf '%s\n' 'none'
        case 'key show -s' 'key show --secret'
            printf '%s\n' 'file'
        case 'key show --secret-encoding'
            printf '%s\n' 'words' 'text' 'raw' 'base64' 'base64url' 'hex'
        case 'key show --passphrase'
            printf '%s\n' 'file'
        case 'layout detect --sample'
            printf '%s\n' 'none'
        case '* -o' '* --output'
            printf '%s\n' 'words' 'table' 'wide' 'json' 'jsonl' 'csv' 'id'
        case '* --field'
            printf '%s\n' 'dynamic' 'members'
        case '* --color'
            printf '%s\n' 'words' 'auto' 'always' 'never'
        case '* --redis'
            printf '%s\n' 'none'
        case '* --redis-password'
            printf '%s\n' 'file'
        case '* --redis-cacert'
            printf '%s\n' 'file'
        case '* --redis-cert'
            printf '%s\n' 'file'
        case '* --redis-key'
            printf '%s\n' 'file'
        case '* --redis-server-name'
            printf '%s\n' 'none'
        case '* --profile'
            printf '%s\n' 'dynamic' 'profiles'
        case '* --config'
            printf '%s\n' 'file'
        case '* --layout'
            printf '%s\n' 'dynamic-or-file' 'layouts'
        case '* --layout-var'
            printf '%s\n' 'none'
        case '* --namespace'
            printf '%s\n' 'none'
        case '* --timeout'
            printf '%s\n' 'none'
        case '* --redis-nat'
            printf '%s\n' 'none'
        case '* --wait'
            printf '%s\n' 'none'
        case '*'
            return 1
    end
end

# The kind and list for the operand number $argv[2] of the command $argv[1].
function __jwtctl_operand
    switch "$argv[1] $argv[2]"
        case 'decode 0'
            printf '%s\n' 'at-file'
        case 'verify 0'
            printf '%s\n' 'at-file'
        case 'status *'
            printf '%s\n' 'at-file'
        case 'revoke *'
            printf '%s\n' 'at-file'
        case 'renew 0'
            printf '%s\n' 'at-file'
        case 'restore *'
            printf '%s\n' 'at-file'
        case 'logout-all *'
            printf '%s\n' 'dynamic' 'users'
        case 'prove *'
            printf '%s\n' 'at-file'
        case 'list tokens *'
            printf '%s\n' 'dynamic' 'users'
        case 'find *'
            printf '%s\n' 'at-file'
        case 'key public 0'
            printf '%s\n' 'file'
        case 'key convert 0'
            printf '%s\n' 'file'
        case 'key thumbprint 0'
            printf '%s\n' 'file'
        case 'key show 0'
            printf '%s\n' 'file'
        case 'layout show 0'
            printf '%s\n' 'dynamic-or-file' 'layouts'
        case 'completion 0'
            printf '%s\n' 'words' 'bash' 'zsh' 'fish'
        case 'help *'
            printf '%s\n' 'words' 'issue'\t'Sign a token and record it' 'decode'\t'Show a token\'s header and claims without verifying it' 'verify'\t'Check a token\'s signature, claims and revocation' 'status'\t'Show the revocation state of ids, tokens or a user' 'revoke'\t'Blacklist tokens until they expire' 'renew'\t'Replace a token with a new one' 'restore'\t'Undo a revocation' 'logout-all'\t'Log users out of all sessions, on every device' 'prove'\t'Revoke a token and see the service refuse it' 'list'\t'List tokens, users or the blacklist' 'find'\t'Find the user of a token by its id' 'stats'\t'Count users, unexpired tokens and blacklist entries' 'doctor'\t'Find problems that could make revocations fail or get lost' 'audit'\t'Show who revoked what, when and why' 'prune'\t'Remove expired tokens from the users\' token lists' 'key'\t'Generate, convert and inspect keys' 'layout'\t'Manage layouts: how applications store tokens in Redis' 'config'\t'Show the effective settings' 'demo'\t'Try jwtctl with a temporary Redis' 'completion'\t'Print the completion script for a shell' 'help'\t'Show help for a command or a topic' 'version'\t'Show the version and how it was built' 'runbook'\t'What to type in an incident' 'services'\t'How a service checks for revoked tokens' 'exit-status'\t'Exit statuses and their meanings' 'environment'\t'Environment variables' 'time'\t'Formats of times and durations' 'keys'\t'Key formats, and how keys are chosen' 'layouts'\t'Keys that layouts use in Redis' 'layout-file'\t'Format of layout files' 'config-file'\t'Configuration file: profiles and layouts' 'redis'\t'Redis URLs, TLS, replicas and permissions' 'upgrading'\t'Changes to statuses, defaults and output'
        case '*'
            echo none
    end
end

# Prints what can be completed at the cursor, one item per line: the prefix of all
# candidates, such as '--output=', their kind, and their list.
function __jwtctl_place
    set -l path
    set -l skip
    set -l only_operands
    set -l operands 0
    set -l given
    set -l subcommands (__jwtctl_subcommands '')
    for word in (commandline -opc)[2..]
        if set -q skip[1]
            set skip
        else if set -q only_operands[1]; or not string match -qr '^-.' -- $word
            if set -q subcommands[1]
                set -a path $word
                __jwtctl_own_options "$path" >/dev/null; or return
                set subcommands (__jwtctl_subcommands "$path")
            else
                set operands (math $operands + 1)
            end
        else if test "$word" = --
            set only_operands 1
        else
            set -a given (string split -m 1 = -- $word)[1]
            __jwtctl_value "$path" $word >/dev/null; and set skip $word
        end
    end

    set -l current (commandline -ct)
    if set -q skip[1]
        printf '\n'
        __jwtctl_value "$path" $skip
    else if set -q only_operands[1]; or not string match -q -- '-*' $current
        printf '\n'
        if set -q subcommands[1]
            printf '%s\n' words $subcommands
        else
            __jwtctl_operand "$path" $operands
        end
    else if set -l option (string match -r -- '^(--.*?)=' $current)
        printf '%s\n' $option[1]
        __jwtctl_value "$path" $option[2]
    else if set -l option (string match -r -- '^(-[^-]).' $current)
        and __jwtctl_value "$path" $option[2] >/dev/null
        printf '%s\n' $option[2]
        __jwtctl_value "$path" $option[2]
    else
        printf '%s\n' '' words
        for entry in (__jwtctl_own_options "$path") (__jwtctl_global_options)
            set -l parts (string split -m 1 \t -- $entry)
            set -l names (string split ' ' -- $parts[1])
            if test $names[-1] = ...
                set -e names[-1]
            else if string match -qr "^("(string join '|' -- $names)')$' -- $given
                continue
            end
            printf '%s\n' $names\t$parts[2]
        end
    end
end

function __jwtctl_candidates
    set -l place (__jwtctl_place)
    set -l prefix $place[1]
    set -l current (string replace -- "$prefix" '' (commandline -ct))
    switch "$place[2]"
        case words
            set place $place[3..]
        case dynamic dynamic-or-file
            set -l words (commandline -opc)
            set place (jwtctl __complete $place[3] -- $words[2..] "$current" 2>/dev/null)
        case directory
            set place (__fish_complete_directories "$current")
        case at-file
            string match -q '@*' -- "$current"; or return
            set prefix $prefix@
            set place (__fish_complete_path (string sub -s 2 -- $current))
        case '*'
            return
    end
    for line in $place
        printf '%s%s\n' $prefix $line
    end
end

function __jwtctl_wants_files
    contains -- (__jwtctl_place)[2] file dynamic-or-file
end

complete -c jwtctl -f -k -a '(__jwtctl_candidates)'
complete -c jwtctl -n __jwtctl_wants_files -F
