# shellcheck shell=bash
# Completions for jwtctl in bash. Generated: change the program instead.

# Sets subcommands, own_options and global_options for the command $1. Each element has a
# tab before its description. Returns 1 if there is no such command.
__jwtctl_describe() {
    subcommands=() own_options=()
    global_options=(
        $'-o --output\tWrite results in this format'
        $'--json\tWrite results as JSON'
        $'--field\tPrint one value, such as state.revoked'
        $'-q --quiet\tSuppress notes; print only what the command creates'
        $'-v --verbose\tShow each Redis command and its answer'
        $'--color\tColour the output'
        $'--redis\tRedis URL'
        $'--redis-password\tWhere to read the Redis password (path, env:NAME, fd:N, -)'
        $'--askpass\tAsk for the Redis password on the terminal'
        $'--redis-cacert\tCA certificate file or directory to trust'
        $'--redis-cert\tClient certificate for TLS'
        $'--redis-key\tPrivate key of the client certificate'
        $'--redis-server-name\tName that Redis\' certificate must have (for tunnels)'
        $'--redis-insecure\tDo not check Redis\' certificate'
        $'--profile\tProfile from the configuration file'
        $'--config\tConfiguration file to use instead of the default one'
        $'--layout\tLayout of the keys in Redis'
        $'--layout-var ...\tSet a variable of the layout'
        $'--namespace\tPrefix of the keys in Redis'
        $'--timeout\tGive up if Redis does not respond for this long'
        $'--redis-nat ...\tConnect to HOST:PORT at a different address (NAT)'
        $'--wait\tWrites: wait for N replicas to acknowledge'
        $'--fsync\tWrites: wait until the append-only file is on disk'
        $'--require-durable\tWrites: refuse a Redis that may lose data'
        $'--allow-replica\tAllow reading from a replica, whose data may be stale'
        $'-h --help\tShow help'
    )
    case $1 in
        '')
            subcommands=(
                $'issue\tSign a token and record it'
                $'decode\tShow a token\'s header and claims without verifying it'
                $'verify\tCheck a token\'s signature, claims and revocation'
                $'status\tShow the revocation state of ids, tokens or a user'
                $'revoke\tBlacklist tokens until they expire'
                $'renew\tReplace a token with a new one'
                $'restore\tUndo a revocation'
                $'logout-all\tLog users out of all sessions, on every device'
                $'prove\tRevoke a token and see the service refuse it'
                $'list\tList tokens, users or the blacklist'
                $'find\tFind the user of a token by its id'
                $'stats\tCount users, unexpired tokens and blacklist entries'
                $'doctor\tFind problems that could make revocations fail or get lost'
                $'audit\tShow who revoked what, when and why'
                $'prune\tRemove expired tokens from the users\' token lists'
                $'key\tGenerate, convert and inspect keys'
                $'layout\tManage layouts: how applications store tokens in Redis'
                $'config\tShow the effective settings'
                $'demo\tTry jwtctl with a temporary Redis'
                $'completion\tPrint the completion script for a shell'
                $'help\tShow help for a command or a topic'
                $'version\tShow the version and how it was built'
            )
            own_options=(
                $'--version\tShow the version'
            )
            ;;
        'issue')
            own_options=(
                $'--sub\tSubject (the user)'
                $'--iss\tIssuer'
                $'--aud ...\tAudience'
                $'--expires-in\tLifetime'
                $'--exp\tExpiry time'
                $'--nbf\tTime from which it is valid'
                $'--iat\tIssue time'
                $'--no-iat\tOmit the iat claim'
                $'--jti\tToken id (default: 128 random bits)'
                $'--claim ...\tClaim; NAME:=JSON if it is not a string'
                $'--claims\tJSON object of claims, from a file or - for stdin'
                $'--header ...\tHeader member; NAME:=JSON if it is not a string'
                $'--typ\tMedia type (typ)'
                $'--label\tLabel shown in \'list tokens\''
                $'--count\tIssue N tokens, each with its own id'
                $'--record\tRecord it in the user\'s token list in Redis'
                $'--no-record\tOpposite of --record'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'decode')
            own_options=(
                $'--explain\tShow the meaning of each registered member'
            )
            ;;
        'verify')
            own_options=(
                $'--iss ...\tRequire this issuer (repeat to allow several)'
                $'--aud ...\tRequire this audience (repeat to allow several)'
                $'--sub\tRequire this subject'
                $'--typ\tRequire this type, such as at+jwt'
                $'--leeway\tClock skew to allow for exp and nbf'
                $'--require ...\tRequire this claim to be present'
                $'--max-age\tReject tokens issued longer ago than this'
                $'--require-listed\tReject tokens that are not in their user\'s token list'
                $'--strict\tAccept only the claim types of RFC 7519'
                $'--offline\tDo not connect to Redis'
                $'--at\tCheck as of this time; only with --offline'
                $'--stream\tPrint one line of JSON for each line of standard input'
                $'--explain\tShow what each check found and expected, and each key'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'status')
            own_options=(
                $'-u --user\tUser who owns these ids'
                $'--require-listed\tReject tokens that are not on their user\'s token list'
                $'--issued-at\tWith --user alone: judge an unrecorded token issued at this time'
                $'-f --from\tRead items from a file, one per line'
                $'--id\tTreat every item as an id'
                $'--token\tTreat every item as a token'
            )
            ;;
        'revoke')
            own_options=(
                $'-r --reason\tReason, stored with the entry and in the audit log'
                $'--actor\tName recorded in the audit log (default: login name)'
                $'--audit-log\tAppend the change to this file, as JSON'
                $'-u --user\tUser who owns these ids (their list supplies the expiry)'
                $'--exp\tExpiry time of a bare id\'s token'
                $'--ttl\tTime until a bare id\'s token expires'
                $'--forever\tRevoke forever: for tokens that never expire'
                $'--iss\tRefuse tokens from any other issuer'
                $'--no-verify\tDo not check the signatures of tokens'
                $'-n --dry-run\tShow what would be done without writing anything'
                $'--max\tWrite at most N entries and refuse the rest'
                $'--failed\tWrite lines that need a retry to this file'
                $'-y --yes\tDo not ask for confirmation'
                $'-f --from\tRead items from a file, one per line'
                $'--id\tTreat every item as an id'
                $'--token\tTreat every item as a token'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'renew')
            own_options=(
                $'--expires-in\tLifetime of the new token'
                $'--label\tLabel shown in \'list tokens\' (default: as before)'
                $'-r --reason\tReason, stored with the entry and in the audit log'
                $'--actor\tName recorded in the audit log (default: login name)'
                $'--audit-log\tAppend the change to this file, as JSON'
                $'-n --dry-run\tShow what would be done without writing anything'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'restore')
            own_options=(
                $'-r --reason\tReason, stored in the audit log (required)'
                $'--actor\tName recorded in the audit log (default: login name)'
                $'--audit-log\tAppend the change to this file, as JSON'
                $'-u --user\tUser who owns these ids'
                $'--no-verify\tDo not check the signatures of tokens'
                $'-y --yes\tDo not ask for confirmation'
                $'-n --dry-run\tShow what would be done without writing anything'
                $'-f --from\tRead items from a file, one per line'
                $'--id\tTreat every item as an id'
                $'--token\tTreat every item as a token'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'logout-all')
            own_options=(
                $'--keep\tKeep this session logged in'
                $'--issued-before\tOnly tokens issued before this time'
                $'-f --from\tRead users from a file, one per line'
                $'--everyone\tLog out all users: raise the global cutoff'
                $'--skew\tAllow for issuers whose clocks run ahead'
                $'--settle\tRecheck after this time if the layout has no cutoff'
                $'-r --reason\tReason, stored in the audit log'
                $'--actor\tName recorded in the audit log (default: login name)'
                $'--audit-log\tAppend the change to this file, as JSON'
                $'-y --yes\tDo not ask for confirmation'
                $'-n --dry-run\tShow what would be done without writing anything'
                $'--print-ids\tWrite the id of each revoked token to this file'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'prove')
            own_options=(
                $'--within\tHow long the service may go on accepting the token'
                $'--refused-status\tExit status of COMMAND for a refused token'
                $'--logout-all\tLog the user out instead'
                $'--restore\tUndo the revocation at the end'
                $'-r --reason\tReason, stored with the entry and in the audit log'
                $'--actor\tName recorded in the audit log (default: login name)'
                $'--audit-log\tAppend the change to this file, as JSON'
                $'--no-verify\tDo not check the signature of the token'
                $'-n --dry-run\tOnly see whether the service accepts the token'
                $'-y --yes\tDo not ask for confirmation'
                $'--issue\tIssue the token, and one of another user for comparison'
                $'--sub\tUser of the issued token'
                $'--other-sub\tUser of the token for comparison'
                $'--iss\tIssuer of issued tokens'
                $'--aud ...\tAudience of issued tokens'
                $'--claim ...\tClaim of issued tokens; NAME:=JSON if it is not a string'
                $'--expires-in\tLifetime of issued tokens'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'list')
            subcommands=(
                $'tokens\tList a user\'s tokens'
                $'users\tList the users who have tokens'
                $'revoked\tList the blacklist entries'
            )
            ;;
        'list tokens')
            own_options=(
                $'--all\tList the tokens of all users'
                $'--sort\tSort by expiry, issue time (newest first) or user'
                $'--limit\tStop after N results'
                $'--show-tokens\tShow whole tokens if the layout stores them'
                $'--issued-since\tOnly tokens issued at this time or later'
                $'--issued-before\tOnly tokens issued before this time'
                $'--expires-before\tOnly tokens that expire before this time'
                $'--state\tOnly tokens in this state'
                $'--label\tOnly labels that match this pattern'
            )
            ;;
        'list users')
            own_options=(
                $'--sort\tSort by name, or by number of tokens (most first)'
                $'--active\tCount each user\'s active tokens'
                $'--with-cutoffs\tAlso list users who have only a cutoff'
                $'--limit\tStop after N results'
                $'--match\tOnly users that match this pattern'
            )
            ;;
        'list revoked')
            own_options=(
                $'--show-tokens\tShow whole tokens if the layout stores them'
                $'--limit\tStop after N results'
                $'--match\tOnly ids that match this pattern'
                $'--actor\tOnly entries made by this actor'
                $'--expires-before\tOnly tokens that expire before this time'
            )
            ;;
        'find')
            own_options=(
                $'--limit\tShow at most N tokens for each beginning of an id'
                $'-f --from\tRead items from a file, one per line'
                $'--id\tTreat every item as an id'
                $'--token\tTreat every item as a token'
            )
            ;;
        'stats')
            own_options=(
                $'--largest\tShow the N users with the most unexpired tokens'
                $'--active\tCount active tokens too'
            )
            ;;
        'doctor')
            own_options=(
                $'--deep\tCheck every key instead of a sample'
                $'--strict\tFail on warnings, too'
                $'-k --key\tKey in PEM, DER or JWK form, or a JWKS'
                $'-s --secret\tHMAC secret (no other kind of key)'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-a --alg\tUse this algorithm only'
                $'--allow-weak-key\tAllow keys shorter than the standards require'
            )
            ;;
        'audit')
            own_options=(
                $'-F --follow\tWait for new entries'
                $'--limit\tStart with the last N entries'
                $'--audit-log\tRead this file instead of the audit log in Redis'
                $'-u --user\tOnly entries about this user'
                $'--id\tOnly entries about this token id'
                $'--actor\tOnly changes made by this actor'
                $'--since\tOnly changes made at this time or later'
                $'--until\tOnly changes made before this time'
            )
            ;;
        'prune')
            own_options=(
                $'-n --dry-run\tCount without changing anything'
            )
            ;;
        'key')
            subcommands=(
                $'generate\tGenerate a new key'
                $'public\tWrite the public half of a key'
                $'convert\tConvert a key to another format'
                $'thumbprint\tPrint the JWK thumbprint of a key'
                $'show\tShow a key\'s type, strength and algorithms'
            )
            ;;
        'key generate')
            own_options=(
                $'-a --alg\tAlgorithm of the key'
                $'--bits\tSize of an RSA key, from 2048 to 8192 bits'
                $'-f --format\tFormat to write the key in'
                $'--out\tWrite to a new file (mode 0600 for private keys)'
                $'--kid\tKey id (kid) in a JWK'
            )
            ;;
        'key public')
            own_options=(
                $'--select\tUse only the key with this kid (JWKS)'
                $'-s --secret\tHMAC secret, instead of FILE'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-f --format\tFormat to write the key in'
                $'--out\tWrite to a new file (mode 0600 for private keys)'
                $'--kid\tKey id (kid) in a JWK'
                $'-a --alg\tRestrict a JWK to this algorithm'
            )
            ;;
        'key convert')
            own_options=(
                $'--select\tUse only the key with this kid (JWKS)'
                $'-s --secret\tHMAC secret, instead of FILE'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
                $'-f --format\tFormat to write the key in'
                $'--out\tWrite to a new file (mode 0600 for private keys)'
                $'--kid\tKey id (kid) in a JWK'
                $'-a --alg\tRestrict a JWK to this algorithm'
            )
            ;;
        'key thumbprint')
            own_options=(
                $'--select\tUse only the key with this kid (JWKS)'
                $'-s --secret\tHMAC secret, instead of FILE'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
            )
            ;;
        'key show')
            own_options=(
                $'--select\tUse only the key with this kid (JWKS)'
                $'-s --secret\tHMAC secret, instead of FILE'
                $'--secret-encoding\tEncoding of the secret'
                $'--passphrase\tPassphrase of an encrypted key (default: ask for it)'
            )
            ;;
        'layout')
            subcommands=(
                $'list\tList the layouts that --layout accepts by name'
                $'show\tExplain a layout and print its JSON'
                $'detect\tFind out which layouts a Redis uses'
            )
            ;;
        'layout list')
            ;;
        'layout show')
            ;;
        'layout detect')
            own_options=(
                $'--sample\tLook at N keys at most'
            )
            ;;
        'config')
            subcommands=(
                $'show\tShow the effective settings and their sources'
            )
            ;;
        'config show')
            ;;
        'demo')
            ;;
        'completion')
            ;;
        'help')
            ;;
        'version')
            ;;
        *) return 1 ;;
    esac
}

# Sets kind and list for the value of the option $2 of the command $1. Returns 1 for an
# option without a value.
__jwtctl_value() {
    case "$1 $2" in
        'issue --sub') kind='dynamic' list=('users') ;;
        'issue --iss') kind='none' list=() ;;
        'issue --aud') kind='none' list=() ;;
        'issue --expires-in') kind='none' list=() ;;
        'issue --exp') kind='none' list=() ;;
        'issue --nbf') kind='none' list=() ;;
        'issue --iat') kind='none' list=() ;;
        'issue --jti') kind='none' list=() ;;
        'issue --claim') kind='none' list=() ;;
        'issue --claims') kind='file' list=() ;;
        'issue --header') kind='none' list=() ;;
        'issue --typ') kind='none' list=() ;;
        'issue --label') kind='none' list=() ;;
        'issue --count') kind='none' list=() ;;
        'issue -k' | 'issue --key') kind='file' list=() ;;
        'issue -s' | 'issue --secret') kind='file' list=() ;;
        'issue --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'issue --passphrase') kind='file' list=() ;;
        'issue -a' | 'issue --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'verify --iss') kind='none' list=() ;;
        'verify --aud') kind='none' list=() ;;
        'verify --sub') kind='none' list=() ;;
        'verify --typ') kind='none' list=() ;;
        'verify --leeway') kind='none' list=() ;;
        'verify --require') kind='dynamic' list=('claims') ;;
        'verify --max-age') kind='none' list=() ;;
        'verify --at') kind='none' list=() ;;
        'verify -k' | 'verify --key') kind='file' list=() ;;
        'verify -s' | 'verify --secret') kind='file' list=() ;;
        'verify --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'verify --passphrase') kind='file' list=() ;;
        'verify -a' | 'verify --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'verify -o' | 'verify --output') kind='words' list=('table' 'wide' 'json' 'jsonl' 'csv' 'id' 'introspection') ;;
        'status -u' | 'status --user') kind='dynamic' list=('users') ;;
        'status --issued-at') kind='none' list=() ;;
        'status -f' | 'status --from') kind='file' list=() ;;
        'revoke -r' | 'revoke --reason') kind='none' list=() ;;
        'revoke --actor') kind='none' list=() ;;
        'revoke --audit-log') kind='file' list=() ;;
        'revoke -u' | 'revoke --user') kind='dynamic' list=('users') ;;
        'revoke --exp') kind='none' list=() ;;
        'revoke --ttl') kind='none' list=() ;;
        'revoke --iss') kind='none' list=() ;;
        'revoke --max') kind='none' list=() ;;
        'revoke --failed') kind='file' list=() ;;
        'revoke -f' | 'revoke --from') kind='file' list=() ;;
        'revoke -k' | 'revoke --key') kind='file' list=() ;;
        'revoke -s' | 'revoke --secret') kind='file' list=() ;;
        'revoke --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'revoke --passphrase') kind='file' list=() ;;
        'revoke -a' | 'revoke --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'renew --expires-in') kind='none' list=() ;;
        'renew --label') kind='none' list=() ;;
        'renew -r' | 'renew --reason') kind='none' list=() ;;
        'renew --actor') kind='none' list=() ;;
        'renew --audit-log') kind='file' list=() ;;
        'renew -k' | 'renew --key') kind='file' list=() ;;
        'renew -s' | 'renew --secret') kind='file' list=() ;;
        'renew --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'renew --passphrase') kind='file' list=() ;;
        'renew -a' | 'renew --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'restore -r' | 'restore --reason') kind='none' list=() ;;
        'restore --actor') kind='none' list=() ;;
        'restore --audit-log') kind='file' list=() ;;
        'restore -u' | 'restore --user') kind='dynamic' list=('users') ;;
        'restore -f' | 'restore --from') kind='file' list=() ;;
        'restore -k' | 'restore --key') kind='file' list=() ;;
        'restore -s' | 'restore --secret') kind='file' list=() ;;
        'restore --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'restore --passphrase') kind='file' list=() ;;
        'restore -a' | 'restore --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'logout-all --keep') kind='none' list=() ;;
        'logout-all --issued-before') kind='none' list=() ;;
        'logout-all -f' | 'logout-all --from') kind='file' list=() ;;
        'logout-all --skew') kind='none' list=() ;;
        'logout-all --settle') kind='none' list=() ;;
        'logout-all -r' | 'logout-all --reason') kind='none' list=() ;;
        'logout-all --actor') kind='none' list=() ;;
        'logout-all --audit-log') kind='file' list=() ;;
        'logout-all --print-ids') kind='file' list=() ;;
        'logout-all -k' | 'logout-all --key') kind='file' list=() ;;
        'logout-all -s' | 'logout-all --secret') kind='file' list=() ;;
        'logout-all --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'logout-all --passphrase') kind='file' list=() ;;
        'logout-all -a' | 'logout-all --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'prove --within') kind='none' list=() ;;
        'prove --refused-status') kind='none' list=() ;;
        'prove -r' | 'prove --reason') kind='none' list=() ;;
        'prove --actor') kind='none' list=() ;;
        'prove --audit-log') kind='file' list=() ;;
        'prove --sub') kind='dynamic' list=('users') ;;
        'prove --other-sub') kind='none' list=() ;;
        'prove --iss') kind='none' list=() ;;
        'prove --aud') kind='none' list=() ;;
        'prove --claim') kind='none' list=() ;;
        'prove --expires-in') kind='none' list=() ;;
        'prove -k' | 'prove --key') kind='file' list=() ;;
        'prove -s' | 'prove --secret') kind='file' list=() ;;
        'prove --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'prove --passphrase') kind='file' list=() ;;
        'prove -a' | 'prove --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'list tokens --sort') kind='words' list=('exp' 'iat' 'user') ;;
        'list tokens --limit') kind='none' list=() ;;
        'list tokens --issued-since') kind='none' list=() ;;
        'list tokens --issued-before') kind='none' list=() ;;
        'list tokens --expires-before') kind='none' list=() ;;
        'list tokens --state') kind='words' list=('active' 'revoked' 'cut_off' 'not_yet_valid' 'expired') ;;
        'list tokens --label') kind='none' list=() ;;
        'list users --sort') kind='words' list=('user' 'count') ;;
        'list users --limit') kind='none' list=() ;;
        'list users --match') kind='none' list=() ;;
        'list revoked --limit') kind='none' list=() ;;
        'list revoked --match') kind='none' list=() ;;
        'list revoked --actor') kind='none' list=() ;;
        'list revoked --expires-before') kind='none' list=() ;;
        'find --limit') kind='none' list=() ;;
        'find -f' | 'find --from') kind='file' list=() ;;
        'stats --largest') kind='none' list=() ;;
        'stats -o' | 'stats --output') kind='words' list=('table' 'wide' 'json' 'jsonl' 'csv' 'id' 'prometheus') ;;
        'doctor -k' | 'doctor --key') kind='file' list=() ;;
        'doctor -s' | 'doctor --secret') kind='file' list=() ;;
        'doctor --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'doctor --passphrase') kind='file' list=() ;;
        'doctor -a' | 'doctor --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'audit --limit') kind='none' list=() ;;
        'audit --audit-log') kind='file' list=() ;;
        'audit -u' | 'audit --user') kind='dynamic' list=('users') ;;
        'audit --id') kind='none' list=() ;;
        'audit --actor') kind='none' list=() ;;
        'audit --since') kind='none' list=() ;;
        'audit --until') kind='none' list=() ;;
        'key generate -a' | 'key generate --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'key generate --bits') kind='none' list=() ;;
        'key generate -f' | 'key generate --format') kind='words' list=('pem' 'der' 'jwk' 'jwks') ;;
        'key generate --out') kind='file' list=() ;;
        'key generate --kid') kind='none' list=() ;;
        'key public --select') kind='none' list=() ;;
        'key public -s' | 'key public --secret') kind='file' list=() ;;
        'key public --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'key public --passphrase') kind='file' list=() ;;
        'key public -f' | 'key public --format') kind='words' list=('pem' 'der' 'jwk' 'jwks') ;;
        'key public --out') kind='file' list=() ;;
        'key public --kid') kind='none' list=() ;;
        'key public -a' | 'key public --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'key convert --select') kind='none' list=() ;;
        'key convert -s' | 'key convert --secret') kind='file' list=() ;;
        'key convert --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'key convert --passphrase') kind='file' list=() ;;
        'key convert -f' | 'key convert --format') kind='words' list=('pem' 'der' 'jwk' 'jwks') ;;
        'key convert --out') kind='file' list=() ;;
        'key convert --kid') kind='none' list=() ;;
        'key convert -a' | 'key convert --alg') kind='words' list=('HS256' 'HS384' 'HS512' 'RS256' 'RS384' 'RS512' 'PS256' 'PS384' 'PS512' 'ES256' 'ES384' 'ES512' 'ES256K' 'EdDSA' 'Ed25519' 'Ed448') ;;
        'key thumbprint --select') kind='none' list=() ;;
        'key thumbprint -s' | 'key thumbprint --secret') kind='file' list=() ;;
        'key thumbprint --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'key thumbprint --passphrase') kind='file' list=() ;;
        'key show --select') kind='none' list=() ;;
        'key show -s' | 'key show --secret') kind='file' list=() ;;
        'key show --secret-encoding') kind='words' list=('text' 'raw' 'base64' 'base64url' 'hex') ;;
        'key show --passphrase') kind='file' list=() ;;
        'layout detect --sample') kind='none' list=() ;;
        *' -o' | *' --output') kind='words' list=('table' 'wide' 'json' 'jsonl' 'csv' 'id') ;;
        *' --field') kind='dynamic' list=('members') ;;
        *' --color') kind='words' list=('auto' 'always' 'never') ;;
        *' --redis') kind='none' list=() ;;
        *' --redis-password') kind='file' list=() ;;
        *' --redis-cacert') kind='file' list=() ;;
        *' --redis-cert') kind='file' list=() ;;
        *' --redis-key') kind='file' list=() ;;
        *' --redis-server-name') kind='none' list=() ;;
        *' --profile') kind='dynamic' list=('profiles') ;;
        *' --config') kind='file' list=() ;;
        *' --layout') kind='dynamic-or-file' list=('layouts') ;;
        *' --layout-var') kind='none' list=() ;;
        *' --namespace') kind='none' list=() ;;
        *' --timeout') kind='none' list=() ;;
        *' --redis-nat') kind='none' list=() ;;
        *' --wait') kind='none' list=() ;;
        *) return 1 ;;
    esac
}

# Sets kind and list for the operand number $2 of the command $1.
__jwtctl_operand() {
    kind='none'
    case "$1 $2" in
        'decode 0') kind='at-file' list=() ;;
        'verify 0') kind='at-file' list=() ;;
        'status '*) kind='at-file' list=() ;;
        'revoke '*) kind='at-file' list=() ;;
        'renew 0') kind='at-file' list=() ;;
        'restore '*) kind='at-file' list=() ;;
        'logout-all '*) kind='dynamic' list=('users') ;;
        'prove '*) kind='at-file' list=() ;;
        'list tokens '*) kind='dynamic' list=('users') ;;
        'find '*) kind='at-file' list=() ;;
        'key public 0') kind='file' list=() ;;
        'key convert 0') kind='file' list=() ;;
        'key thumbprint 0') kind='file' list=() ;;
        'key show 0') kind='file' list=() ;;
        'layout show 0') kind='dynamic-or-file' list=('layouts') ;;
        'completion 0') kind='words' list=('bash' 'zsh' 'fish') ;;
        'help '*) kind='words' list=($'issue\tSign a token and record it' $'decode\tShow a token\'s header and claims without verifying it' $'verify\tCheck a token\'s signature, claims and revocation' $'status\tShow the revocation state of ids, tokens or a user' $'revoke\tBlacklist tokens until they expire' $'renew\tReplace a token with a new one' $'restore\tUndo a revocation' $'logout-all\tLog users out of all sessions, on every device' $'prove\tRevoke a token and see the service refuse it' $'list\tList tokens, users or the blacklist' $'find\tFind the user of a token by its id' $'stats\tCount users, unexpired tokens and blacklist entries' $'doctor\tFind problems that could make revocations fail or get lost' $'audit\tShow who revoked what, when and why' $'prune\tRemove expired tokens from the users\' token lists' $'key\tGenerate, convert and inspect keys' $'layout\tManage layouts: how applications store tokens in Redis' $'config\tShow the effective settings' $'demo\tTry jwtctl with a temporary Redis' $'completion\tPrint the completion script for a shell' $'help\tShow help for a command or a topic' $'version\tShow the version and how it was built' $'runbook\tWhat to type in an incident' $'services\tHow a service checks for revoked tokens' $'exit-status\tExit statuses and their meanings' $'environment\tEnvironment variables' $'time\tFormats of times and durations' $'keys\tKey formats, and how keys are chosen' $'layouts\tKeys that layouts use in Redis' $'layout-file\tFormat of layout files' $'config-file\tConfiguration file: profiles and layouts' $'redis\tRedis URLs, TLS, replicas and permissions' $'upgrading\tChanges to statuses, defaults and output') ;;
        *) ;;
    esac
}

# Sets words to the command line up to the cursor, without the program's own name. Readline
# also splits at '=', ':' and '@'; pieces without a blank between them are joined again.
__jwtctl_read() {
    local line=${COMP_LINE:0:COMP_POINT} index piece
    for ((index = 0; index <= COMP_CWORD; index++)); do
        piece=${COMP_WORDS[index]}
        if ((index == 0)) || [[ $line == [[:space:]]* ]]; then
            line=${line#"${line%%[![:space:]]*}"}
            words+=('')
        fi
        if ((index == COMP_CWORD)); then piece=$line; fi
        words[-1]+=$piece
        line=${line#"$piece"}
    done
    words=("${words[@]:1}")
}

# Removes quotes and backslashes from word.
__jwtctl_unquote() {
    local rest=$word open='' character
    word=''
    while [[ $rest ]]; do
        character=${rest:0:1} rest=${rest:1}
        if [[ $open && $character == "$open" ]]; then
            open=''
        elif [[ ! $open && $character == [\"\'] ]]; then
            open=$character
        elif [[ $open != \' && $character == \\ ]]; then
            word+=${rest:0:1} rest=${rest:1}
        else
            word+=$character
        fi
    done
}

# Sets list to the options that can still be given: others would be repeated.
__jwtctl_options() {
    local entry names name
    list=()
    for entry in "${own_options[@]}" "${global_options[@]}"; do
        names=${entry%%$'\t'*}
        for name in $names; do
            if [[ $names != *... && $given == *" $name "* ]]; then continue 2; fi
        done
        for name in ${names%...}; do
            list+=("$name"$'\t'"${entry#*$'\t'}")
        done
    done
}

# Adds the candidate $1, without the part of the word that readline keeps.
__jwtctl_add() {
    local text=$prefix$1
    text=${text#"$kept"}
    if [[ ! $quote ]]; then printf -v text %q "$text"; fi
    COMPREPLY+=("$text")
}

# Adds the candidates of list that match the typed text, and their descriptions to meanings.
__jwtctl_offer() {
    local line value
    compopt -o nosort 2>/dev/null
    for line in "${list[@]}"; do
        value=${line%%$'\t'*}
        if [[ $value && $value == "$current"* ]]; then
            meanings+=("${line:${#value}+1}")
            __jwtctl_add "$value"
        fi
    done
}

# Adds the paths that match the typed text; $1 is the option of compgen.
__jwtctl_paths() {
    local path paths
    mapfile -t paths < <(compgen "$1" -- "$current")
    if [[ $prefix == "$kept" ]] && ((${#COMPREPLY[@]} == 0)); then
        compopt -o filenames 2>/dev/null
        COMPREPLY=("${paths[@]}")
        return
    fi
    # Readline does not recognize these as paths.
    for path in "${paths[@]}"; do
        if [[ -d $path ]]; then path+=/; fi
        __jwtctl_add "$path"
    done
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

# Appends its description to each candidate, cut to the width of the terminal.
__jwtctl_explain() {
    local index text meaning longest=0 room
    for text in "${COMPREPLY[@]}"; do
        if ((${#text} > longest)); then longest=${#text}; fi
    done
    for index in "${!meanings[@]}"; do
        text=${COMPREPLY[index]} meaning=${meanings[index]}
        # 4 columns for two blanks and two parentheses.
        room=$((COLUMNS - longest - 4))
        if ((room > 8)); then
            printf -v text '%s%*s' "$text" $((longest - ${#text})) ''
        else
            room=$((COLUMNS - ${#text} - 4))
        fi
        if ((${#meaning} > room && room > 0)); then meaning=${meaning:0:room-1}…; fi
        if [[ $meaning ]] && ((room > 0)); then COMPREPLY[index]="$text  ($meaning)"; fi
    done
}

_jwtctl() {
    local IFS=$' \t\n' words=() word path='' skip='' only_operands='' given=' ' operands=0
    local subcommands=() own_options=() global_options=() kind=none list=() meanings=()
    local current prefix='' kept quote='' index
    COMPREPLY=()
    __jwtctl_read
    current=${words[-1]}
    kept=${current%"$2"}
    unset 'words[-1]'

    __jwtctl_describe ''
    for index in "${!words[@]}"; do
        word=${words[index]}
        __jwtctl_unquote
        words[index]=$word
        if [[ $skip ]]; then
            skip=''
        elif [[ ! $only_operands && $word == -- ]]; then
            only_operands=1
        elif [[ ! $only_operands && $word == -?* ]]; then
            given+="${word%%=*} "
            if __jwtctl_value "$path" "$word"; then skip=$word; fi
        elif ((${#subcommands[@]} > 0)); then
            path=${path:+$path }$word
            __jwtctl_describe "$path" || return 0
        else
            operands=$((operands + 1))
        fi
    done

    if [[ $skip ]]; then
        __jwtctl_value "$path" "$skip"
    elif [[ ! $only_operands && $current == --*=* ]]; then
        prefix=${current%%=*}=
        __jwtctl_value "$path" "${prefix%=}" || return 0
    elif [[ ! $only_operands && $current == -[!-]?* ]] &&
        __jwtctl_value "$path" "${current:0:2}"; then
        prefix=${current:0:2}
    elif [[ ! $only_operands && $current == -* ]]; then
        kind=words
        __jwtctl_options
    elif ((${#subcommands[@]} > 0)); then
        kind=words list=("${subcommands[@]}")
    else
        __jwtctl_operand "$path" "$operands"
    fi
    current=${current#"$prefix"}
    if [[ $current == [\"\']* ]]; then
        quote=${current:0:1}
        prefix+=$quote current=${current:1}
    fi
    if [[ $kind == at-file && $current == @* ]]; then
        kind=file prefix+=@ current=${current:1}
    fi

    case $kind in
        dynamic | dynamic-or-file)
            mapfile -t list < <(
                jwtctl __complete "${list[0]}" -- "${words[@]}" "$current" 2>/dev/null
            )
            ;;&
        words | dynamic | dynamic-or-file) __jwtctl_offer ;;&
        file | dynamic-or-file) __jwtctl_paths -f ;;
        directory) __jwtctl_paths -d ;;
    esac
    # Descriptions only for lists, after a second TAB (63) or at once (33, 64): in all other
    # cases readline inserts the text.
    case ${COMP_TYPE:-} in
        33 | 63 | 64) if ((${#COMPREPLY[@]} > 1)); then __jwtctl_explain; fi ;;
    esac
}

complete -F _jwtctl jwtctl
