# shellcheck shell=bash
# Completions for jwtctl in bash. Generated: change the program instead.

# Sets commands and options to what may follow the command $1.
__jwtctl_describe() {
    case $1 in
        '')
            commands='issue decode verify status revoke renew restore logout-all list stats doctor audit prune key layout config demo completion help version'
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help --version'
            ;;
        'issue')
            commands=''
            options='--sub --iss --aud --expires-in --exp --nbf --iat --no-iat --jti --claim --claims --header --typ --label --count --record --no-record -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'decode')
            commands=''
            options='--explain -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'verify')
            commands=''
            options='--iss --aud --sub --typ --leeway --require --max-age --require-listed --strict --offline --at --stream --explain -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'status')
            commands=''
            options='-u --user --require-listed -f --from --id --token -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'revoke')
            commands=''
            options='-r --reason --actor -u --user --exp --ttl --forever --iss --no-verify -n --dry-run --max --failed -y --yes -f --from --id --token -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'renew')
            commands=''
            options='--expires-in --label -r --reason --actor -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'restore')
            commands=''
            options='-r --reason --actor -u --user --no-verify -y --yes -f --from --id --token -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'logout-all')
            commands=''
            options='--keep --issued-before -f --from --everyone --skew --settle -r --reason --actor -y --yes -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'list')
            commands='tokens users revoked'
            options='-h --help'
            ;;
        'list tokens')
            commands=''
            options='--all --sort --limit --show-tokens -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'list users')
            commands=''
            options='--sort --limit --match -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'list revoked')
            commands=''
            options='--show-tokens --limit --match -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'stats')
            commands=''
            options='--largest -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'doctor')
            commands=''
            options='--deep --strict -k --key -s --secret --secret-encoding --passphrase -a --alg --allow-weak-key -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'audit')
            commands=''
            options='-F --follow --limit -u --user --id --actor --since --until -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'prune')
            commands=''
            options='-n --dry-run -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'key')
            commands='generate public convert thumbprint show'
            options='-h --help'
            ;;
        'key generate')
            commands=''
            options='-a --alg --bits -f --format --out --kid -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'key public')
            commands=''
            options='--select -s --secret --secret-encoding --passphrase -f --format --out --kid -a --alg -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'key convert')
            commands=''
            options='--select -s --secret --secret-encoding --passphrase -f --format --out --kid -a --alg -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'key thumbprint')
            commands=''
            options='--select -s --secret --secret-encoding --passphrase -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'key show')
            commands=''
            options='--select -s --secret --secret-encoding --passphrase -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'layout')
            commands='list show detect'
            options='-h --help'
            ;;
        'layout list')
            commands=''
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'layout show')
            commands=''
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'layout detect')
            commands=''
            options='--sample -o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'config')
            commands='show'
            options='-h --help'
            ;;
        'config show')
            commands=''
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'demo')
            commands=''
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'completion')
            commands=''
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        'help')
            commands=''
            options='-h --help'
            ;;
        'version')
            commands=''
            options='-o --output --json --field -q --quiet -v --verbose --color --redis --redis-password --askpass --redis-cacert --redis-cert --redis-key --redis-server-name --redis-insecure --profile --config --layout --layout-var --namespace --timeout --redis-nat --wait --fsync --require-durable --allow-replica -h --help'
            ;;
        *) return 1 ;;
    esac
}

# Sets kind and list to what the option $2 of the command $1 takes; 1 where it takes nothing.
__jwtctl_value() {
    case "$1:$2" in
        ':-o' | ':--output') kind='words' list='table wide json jsonl csv id' ;;
        ':--field') kind='none' ;;
        ':--color') kind='words' list='auto always never' ;;
        ':--redis') kind='none' ;;
        ':--redis-password') kind='file' ;;
        ':--redis-cacert') kind='file' ;;
        ':--redis-cert') kind='file' ;;
        ':--redis-key') kind='file' ;;
        ':--redis-server-name') kind='none' ;;
        ':--profile') kind='dynamic' list='profiles' ;;
        ':--config') kind='file' ;;
        ':--layout') kind='dynamic-or-file' list='layouts' ;;
        ':--layout-var') kind='none' ;;
        ':--namespace') kind='none' ;;
        ':--timeout') kind='none' ;;
        ':--redis-nat') kind='none' ;;
        ':--wait') kind='none' ;;
        'issue:--sub') kind='dynamic' list='users' ;;
        'issue:--iss') kind='none' ;;
        'issue:--aud') kind='none' ;;
        'issue:--expires-in') kind='none' ;;
        'issue:--exp') kind='none' ;;
        'issue:--nbf') kind='none' ;;
        'issue:--iat') kind='none' ;;
        'issue:--jti') kind='none' ;;
        'issue:--claim') kind='none' ;;
        'issue:--claims') kind='file' ;;
        'issue:--header') kind='none' ;;
        'issue:--typ') kind='none' ;;
        'issue:--label') kind='none' ;;
        'issue:--count') kind='none' ;;
        'issue:-k' | 'issue:--key') kind='file' ;;
        'issue:-s' | 'issue:--secret') kind='file' ;;
        'issue:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'issue:--passphrase') kind='file' ;;
        'issue:-a' | 'issue:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'issue:-o' | 'issue:--output') kind='words' list='table wide json jsonl csv id' ;;
        'issue:--field') kind='none' ;;
        'issue:--color') kind='words' list='auto always never' ;;
        'issue:--redis') kind='none' ;;
        'issue:--redis-password') kind='file' ;;
        'issue:--redis-cacert') kind='file' ;;
        'issue:--redis-cert') kind='file' ;;
        'issue:--redis-key') kind='file' ;;
        'issue:--redis-server-name') kind='none' ;;
        'issue:--profile') kind='dynamic' list='profiles' ;;
        'issue:--config') kind='file' ;;
        'issue:--layout') kind='dynamic-or-file' list='layouts' ;;
        'issue:--layout-var') kind='none' ;;
        'issue:--namespace') kind='none' ;;
        'issue:--timeout') kind='none' ;;
        'issue:--redis-nat') kind='none' ;;
        'issue:--wait') kind='none' ;;
        'decode:-o' | 'decode:--output') kind='words' list='table wide json jsonl csv id' ;;
        'decode:--field') kind='none' ;;
        'decode:--color') kind='words' list='auto always never' ;;
        'decode:--redis') kind='none' ;;
        'decode:--redis-password') kind='file' ;;
        'decode:--redis-cacert') kind='file' ;;
        'decode:--redis-cert') kind='file' ;;
        'decode:--redis-key') kind='file' ;;
        'decode:--redis-server-name') kind='none' ;;
        'decode:--profile') kind='dynamic' list='profiles' ;;
        'decode:--config') kind='file' ;;
        'decode:--layout') kind='dynamic-or-file' list='layouts' ;;
        'decode:--layout-var') kind='none' ;;
        'decode:--namespace') kind='none' ;;
        'decode:--timeout') kind='none' ;;
        'decode:--redis-nat') kind='none' ;;
        'decode:--wait') kind='none' ;;
        'verify:--iss') kind='none' ;;
        'verify:--aud') kind='none' ;;
        'verify:--sub') kind='none' ;;
        'verify:--typ') kind='none' ;;
        'verify:--leeway') kind='none' ;;
        'verify:--require') kind='none' ;;
        'verify:--max-age') kind='none' ;;
        'verify:--at') kind='none' ;;
        'verify:-k' | 'verify:--key') kind='file' ;;
        'verify:-s' | 'verify:--secret') kind='file' ;;
        'verify:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'verify:--passphrase') kind='file' ;;
        'verify:-a' | 'verify:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'verify:-o' | 'verify:--output') kind='words' list='table wide json jsonl csv id introspection' ;;
        'verify:--field') kind='none' ;;
        'verify:--color') kind='words' list='auto always never' ;;
        'verify:--redis') kind='none' ;;
        'verify:--redis-password') kind='file' ;;
        'verify:--redis-cacert') kind='file' ;;
        'verify:--redis-cert') kind='file' ;;
        'verify:--redis-key') kind='file' ;;
        'verify:--redis-server-name') kind='none' ;;
        'verify:--profile') kind='dynamic' list='profiles' ;;
        'verify:--config') kind='file' ;;
        'verify:--layout') kind='dynamic-or-file' list='layouts' ;;
        'verify:--layout-var') kind='none' ;;
        'verify:--namespace') kind='none' ;;
        'verify:--timeout') kind='none' ;;
        'verify:--redis-nat') kind='none' ;;
        'verify:--wait') kind='none' ;;
        'status:-u' | 'status:--user') kind='dynamic' list='users' ;;
        'status:-f' | 'status:--from') kind='file' ;;
        'status:-o' | 'status:--output') kind='words' list='table wide json jsonl csv id' ;;
        'status:--field') kind='none' ;;
        'status:--color') kind='words' list='auto always never' ;;
        'status:--redis') kind='none' ;;
        'status:--redis-password') kind='file' ;;
        'status:--redis-cacert') kind='file' ;;
        'status:--redis-cert') kind='file' ;;
        'status:--redis-key') kind='file' ;;
        'status:--redis-server-name') kind='none' ;;
        'status:--profile') kind='dynamic' list='profiles' ;;
        'status:--config') kind='file' ;;
        'status:--layout') kind='dynamic-or-file' list='layouts' ;;
        'status:--layout-var') kind='none' ;;
        'status:--namespace') kind='none' ;;
        'status:--timeout') kind='none' ;;
        'status:--redis-nat') kind='none' ;;
        'status:--wait') kind='none' ;;
        'revoke:-r' | 'revoke:--reason') kind='none' ;;
        'revoke:--actor') kind='none' ;;
        'revoke:-u' | 'revoke:--user') kind='dynamic' list='users' ;;
        'revoke:--exp') kind='none' ;;
        'revoke:--ttl') kind='none' ;;
        'revoke:--iss') kind='none' ;;
        'revoke:--max') kind='none' ;;
        'revoke:--failed') kind='file' ;;
        'revoke:-f' | 'revoke:--from') kind='file' ;;
        'revoke:-k' | 'revoke:--key') kind='file' ;;
        'revoke:-s' | 'revoke:--secret') kind='file' ;;
        'revoke:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'revoke:--passphrase') kind='file' ;;
        'revoke:-a' | 'revoke:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'revoke:-o' | 'revoke:--output') kind='words' list='table wide json jsonl csv id' ;;
        'revoke:--field') kind='none' ;;
        'revoke:--color') kind='words' list='auto always never' ;;
        'revoke:--redis') kind='none' ;;
        'revoke:--redis-password') kind='file' ;;
        'revoke:--redis-cacert') kind='file' ;;
        'revoke:--redis-cert') kind='file' ;;
        'revoke:--redis-key') kind='file' ;;
        'revoke:--redis-server-name') kind='none' ;;
        'revoke:--profile') kind='dynamic' list='profiles' ;;
        'revoke:--config') kind='file' ;;
        'revoke:--layout') kind='dynamic-or-file' list='layouts' ;;
        'revoke:--layout-var') kind='none' ;;
        'revoke:--namespace') kind='none' ;;
        'revoke:--timeout') kind='none' ;;
        'revoke:--redis-nat') kind='none' ;;
        'revoke:--wait') kind='none' ;;
        'renew:--expires-in') kind='none' ;;
        'renew:--label') kind='none' ;;
        'renew:-r' | 'renew:--reason') kind='none' ;;
        'renew:--actor') kind='none' ;;
        'renew:-k' | 'renew:--key') kind='file' ;;
        'renew:-s' | 'renew:--secret') kind='file' ;;
        'renew:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'renew:--passphrase') kind='file' ;;
        'renew:-a' | 'renew:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'renew:-o' | 'renew:--output') kind='words' list='table wide json jsonl csv id' ;;
        'renew:--field') kind='none' ;;
        'renew:--color') kind='words' list='auto always never' ;;
        'renew:--redis') kind='none' ;;
        'renew:--redis-password') kind='file' ;;
        'renew:--redis-cacert') kind='file' ;;
        'renew:--redis-cert') kind='file' ;;
        'renew:--redis-key') kind='file' ;;
        'renew:--redis-server-name') kind='none' ;;
        'renew:--profile') kind='dynamic' list='profiles' ;;
        'renew:--config') kind='file' ;;
        'renew:--layout') kind='dynamic-or-file' list='layouts' ;;
        'renew:--layout-var') kind='none' ;;
        'renew:--namespace') kind='none' ;;
        'renew:--timeout') kind='none' ;;
        'renew:--redis-nat') kind='none' ;;
        'renew:--wait') kind='none' ;;
        'restore:-r' | 'restore:--reason') kind='none' ;;
        'restore:--actor') kind='none' ;;
        'restore:-u' | 'restore:--user') kind='dynamic' list='users' ;;
        'restore:-f' | 'restore:--from') kind='file' ;;
        'restore:-k' | 'restore:--key') kind='file' ;;
        'restore:-s' | 'restore:--secret') kind='file' ;;
        'restore:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'restore:--passphrase') kind='file' ;;
        'restore:-a' | 'restore:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'restore:-o' | 'restore:--output') kind='words' list='table wide json jsonl csv id' ;;
        'restore:--field') kind='none' ;;
        'restore:--color') kind='words' list='auto always never' ;;
        'restore:--redis') kind='none' ;;
        'restore:--redis-password') kind='file' ;;
        'restore:--redis-cacert') kind='file' ;;
        'restore:--redis-cert') kind='file' ;;
        'restore:--redis-key') kind='file' ;;
        'restore:--redis-server-name') kind='none' ;;
        'restore:--profile') kind='dynamic' list='profiles' ;;
        'restore:--config') kind='file' ;;
        'restore:--layout') kind='dynamic-or-file' list='layouts' ;;
        'restore:--layout-var') kind='none' ;;
        'restore:--namespace') kind='none' ;;
        'restore:--timeout') kind='none' ;;
        'restore:--redis-nat') kind='none' ;;
        'restore:--wait') kind='none' ;;
        'logout-all:--keep') kind='none' ;;
        'logout-all:--issued-before') kind='none' ;;
        'logout-all:-f' | 'logout-all:--from') kind='file' ;;
        'logout-all:--skew') kind='none' ;;
        'logout-all:--settle') kind='none' ;;
        'logout-all:-r' | 'logout-all:--reason') kind='none' ;;
        'logout-all:--actor') kind='none' ;;
        'logout-all:-k' | 'logout-all:--key') kind='file' ;;
        'logout-all:-s' | 'logout-all:--secret') kind='file' ;;
        'logout-all:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'logout-all:--passphrase') kind='file' ;;
        'logout-all:-a' | 'logout-all:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'logout-all:-o' | 'logout-all:--output') kind='words' list='table wide json jsonl csv id' ;;
        'logout-all:--field') kind='none' ;;
        'logout-all:--color') kind='words' list='auto always never' ;;
        'logout-all:--redis') kind='none' ;;
        'logout-all:--redis-password') kind='file' ;;
        'logout-all:--redis-cacert') kind='file' ;;
        'logout-all:--redis-cert') kind='file' ;;
        'logout-all:--redis-key') kind='file' ;;
        'logout-all:--redis-server-name') kind='none' ;;
        'logout-all:--profile') kind='dynamic' list='profiles' ;;
        'logout-all:--config') kind='file' ;;
        'logout-all:--layout') kind='dynamic-or-file' list='layouts' ;;
        'logout-all:--layout-var') kind='none' ;;
        'logout-all:--namespace') kind='none' ;;
        'logout-all:--timeout') kind='none' ;;
        'logout-all:--redis-nat') kind='none' ;;
        'logout-all:--wait') kind='none' ;;
        'list:-o' | 'list:--output') kind='words' list='table wide json jsonl csv id' ;;
        'list:--field') kind='none' ;;
        'list:--color') kind='words' list='auto always never' ;;
        'list:--redis') kind='none' ;;
        'list:--redis-password') kind='file' ;;
        'list:--redis-cacert') kind='file' ;;
        'list:--redis-cert') kind='file' ;;
        'list:--redis-key') kind='file' ;;
        'list:--redis-server-name') kind='none' ;;
        'list:--profile') kind='dynamic' list='profiles' ;;
        'list:--config') kind='file' ;;
        'list:--layout') kind='dynamic-or-file' list='layouts' ;;
        'list:--layout-var') kind='none' ;;
        'list:--namespace') kind='none' ;;
        'list:--timeout') kind='none' ;;
        'list:--redis-nat') kind='none' ;;
        'list:--wait') kind='none' ;;
        'list tokens:--sort') kind='words' list='exp iat user' ;;
        'list tokens:--limit') kind='none' ;;
        'list tokens:-o' | 'list tokens:--output') kind='words' list='table wide json jsonl csv id' ;;
        'list tokens:--field') kind='none' ;;
        'list tokens:--color') kind='words' list='auto always never' ;;
        'list tokens:--redis') kind='none' ;;
        'list tokens:--redis-password') kind='file' ;;
        'list tokens:--redis-cacert') kind='file' ;;
        'list tokens:--redis-cert') kind='file' ;;
        'list tokens:--redis-key') kind='file' ;;
        'list tokens:--redis-server-name') kind='none' ;;
        'list tokens:--profile') kind='dynamic' list='profiles' ;;
        'list tokens:--config') kind='file' ;;
        'list tokens:--layout') kind='dynamic-or-file' list='layouts' ;;
        'list tokens:--layout-var') kind='none' ;;
        'list tokens:--namespace') kind='none' ;;
        'list tokens:--timeout') kind='none' ;;
        'list tokens:--redis-nat') kind='none' ;;
        'list tokens:--wait') kind='none' ;;
        'list users:--sort') kind='words' list='user count' ;;
        'list users:--limit') kind='none' ;;
        'list users:--match') kind='none' ;;
        'list users:-o' | 'list users:--output') kind='words' list='table wide json jsonl csv id' ;;
        'list users:--field') kind='none' ;;
        'list users:--color') kind='words' list='auto always never' ;;
        'list users:--redis') kind='none' ;;
        'list users:--redis-password') kind='file' ;;
        'list users:--redis-cacert') kind='file' ;;
        'list users:--redis-cert') kind='file' ;;
        'list users:--redis-key') kind='file' ;;
        'list users:--redis-server-name') kind='none' ;;
        'list users:--profile') kind='dynamic' list='profiles' ;;
        'list users:--config') kind='file' ;;
        'list users:--layout') kind='dynamic-or-file' list='layouts' ;;
        'list users:--layout-var') kind='none' ;;
        'list users:--namespace') kind='none' ;;
        'list users:--timeout') kind='none' ;;
        'list users:--redis-nat') kind='none' ;;
        'list users:--wait') kind='none' ;;
        'list revoked:--limit') kind='none' ;;
        'list revoked:--match') kind='none' ;;
        'list revoked:-o' | 'list revoked:--output') kind='words' list='table wide json jsonl csv id' ;;
        'list revoked:--field') kind='none' ;;
        'list revoked:--color') kind='words' list='auto always never' ;;
        'list revoked:--redis') kind='none' ;;
        'list revoked:--redis-password') kind='file' ;;
        'list revoked:--redis-cacert') kind='file' ;;
        'list revoked:--redis-cert') kind='file' ;;
        'list revoked:--redis-key') kind='file' ;;
        'list revoked:--redis-server-name') kind='none' ;;
        'list revoked:--profile') kind='dynamic' list='profiles' ;;
        'list revoked:--config') kind='file' ;;
        'list revoked:--layout') kind='dynamic-or-file' list='layouts' ;;
        'list revoked:--layout-var') kind='none' ;;
        'list revoked:--namespace') kind='none' ;;
        'list revoked:--timeout') kind='none' ;;
        'list revoked:--redis-nat') kind='none' ;;
        'list revoked:--wait') kind='none' ;;
        'stats:--largest') kind='none' ;;
        'stats:-o' | 'stats:--output') kind='words' list='table wide json jsonl csv id prometheus' ;;
        'stats:--field') kind='none' ;;
        'stats:--color') kind='words' list='auto always never' ;;
        'stats:--redis') kind='none' ;;
        'stats:--redis-password') kind='file' ;;
        'stats:--redis-cacert') kind='file' ;;
        'stats:--redis-cert') kind='file' ;;
        'stats:--redis-key') kind='file' ;;
        'stats:--redis-server-name') kind='none' ;;
        'stats:--profile') kind='dynamic' list='profiles' ;;
        'stats:--config') kind='file' ;;
        'stats:--layout') kind='dynamic-or-file' list='layouts' ;;
        'stats:--layout-var') kind='none' ;;
        'stats:--namespace') kind='none' ;;
        'stats:--timeout') kind='none' ;;
        'stats:--redis-nat') kind='none' ;;
        'stats:--wait') kind='none' ;;
        'doctor:-k' | 'doctor:--key') kind='file' ;;
        'doctor:-s' | 'doctor:--secret') kind='file' ;;
        'doctor:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'doctor:--passphrase') kind='file' ;;
        'doctor:-a' | 'doctor:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'doctor:-o' | 'doctor:--output') kind='words' list='table wide json jsonl csv id' ;;
        'doctor:--field') kind='none' ;;
        'doctor:--color') kind='words' list='auto always never' ;;
        'doctor:--redis') kind='none' ;;
        'doctor:--redis-password') kind='file' ;;
        'doctor:--redis-cacert') kind='file' ;;
        'doctor:--redis-cert') kind='file' ;;
        'doctor:--redis-key') kind='file' ;;
        'doctor:--redis-server-name') kind='none' ;;
        'doctor:--profile') kind='dynamic' list='profiles' ;;
        'doctor:--config') kind='file' ;;
        'doctor:--layout') kind='dynamic-or-file' list='layouts' ;;
        'doctor:--layout-var') kind='none' ;;
        'doctor:--namespace') kind='none' ;;
        'doctor:--timeout') kind='none' ;;
        'doctor:--redis-nat') kind='none' ;;
        'doctor:--wait') kind='none' ;;
        'audit:--limit') kind='none' ;;
        'audit:-u' | 'audit:--user') kind='none' ;;
        'audit:--id') kind='none' ;;
        'audit:--actor') kind='none' ;;
        'audit:--since') kind='none' ;;
        'audit:--until') kind='none' ;;
        'audit:-o' | 'audit:--output') kind='words' list='table wide json jsonl csv id' ;;
        'audit:--field') kind='none' ;;
        'audit:--color') kind='words' list='auto always never' ;;
        'audit:--redis') kind='none' ;;
        'audit:--redis-password') kind='file' ;;
        'audit:--redis-cacert') kind='file' ;;
        'audit:--redis-cert') kind='file' ;;
        'audit:--redis-key') kind='file' ;;
        'audit:--redis-server-name') kind='none' ;;
        'audit:--profile') kind='dynamic' list='profiles' ;;
        'audit:--config') kind='file' ;;
        'audit:--layout') kind='dynamic-or-file' list='layouts' ;;
        'audit:--layout-var') kind='none' ;;
        'audit:--namespace') kind='none' ;;
        'audit:--timeout') kind='none' ;;
        'audit:--redis-nat') kind='none' ;;
        'audit:--wait') kind='none' ;;
        'prune:-o' | 'prune:--output') kind='words' list='table wide json jsonl csv id' ;;
        'prune:--field') kind='none' ;;
        'prune:--color') kind='words' list='auto always never' ;;
        'prune:--redis') kind='none' ;;
        'prune:--redis-password') kind='file' ;;
        'prune:--redis-cacert') kind='file' ;;
        'prune:--redis-cert') kind='file' ;;
        'prune:--redis-key') kind='file' ;;
        'prune:--redis-server-name') kind='none' ;;
        'prune:--profile') kind='dynamic' list='profiles' ;;
        'prune:--config') kind='file' ;;
        'prune:--layout') kind='dynamic-or-file' list='layouts' ;;
        'prune:--layout-var') kind='none' ;;
        'prune:--namespace') kind='none' ;;
        'prune:--timeout') kind='none' ;;
        'prune:--redis-nat') kind='none' ;;
        'prune:--wait') kind='none' ;;
        'key:-o' | 'key:--output') kind='words' list='table wide json jsonl csv id' ;;
        'key:--field') kind='none' ;;
        'key:--color') kind='words' list='auto always never' ;;
        'key:--redis') kind='none' ;;
        'key:--redis-password') kind='file' ;;
        'key:--redis-cacert') kind='file' ;;
        'key:--redis-cert') kind='file' ;;
        'key:--redis-key') kind='file' ;;
        'key:--redis-server-name') kind='none' ;;
        'key:--profile') kind='dynamic' list='profiles' ;;
        'key:--config') kind='file' ;;
        'key:--layout') kind='dynamic-or-file' list='layouts' ;;
        'key:--layout-var') kind='none' ;;
        'key:--namespace') kind='none' ;;
        'key:--timeout') kind='none' ;;
        'key:--redis-nat') kind='none' ;;
        'key:--wait') kind='none' ;;
        'key generate:-a' | 'key generate:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'key generate:--bits') kind='none' ;;
        'key generate:-f' | 'key generate:--format') kind='words' list='pem der jwk jwks' ;;
        'key generate:--out') kind='file' ;;
        'key generate:--kid') kind='none' ;;
        'key generate:-o' | 'key generate:--output') kind='words' list='table wide json jsonl csv id' ;;
        'key generate:--field') kind='none' ;;
        'key generate:--color') kind='words' list='auto always never' ;;
        'key generate:--redis') kind='none' ;;
        'key generate:--redis-password') kind='file' ;;
        'key generate:--redis-cacert') kind='file' ;;
        'key generate:--redis-cert') kind='file' ;;
        'key generate:--redis-key') kind='file' ;;
        'key generate:--redis-server-name') kind='none' ;;
        'key generate:--profile') kind='dynamic' list='profiles' ;;
        'key generate:--config') kind='file' ;;
        'key generate:--layout') kind='dynamic-or-file' list='layouts' ;;
        'key generate:--layout-var') kind='none' ;;
        'key generate:--namespace') kind='none' ;;
        'key generate:--timeout') kind='none' ;;
        'key generate:--redis-nat') kind='none' ;;
        'key generate:--wait') kind='none' ;;
        'key public:--select') kind='none' ;;
        'key public:-s' | 'key public:--secret') kind='file' ;;
        'key public:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'key public:--passphrase') kind='file' ;;
        'key public:-f' | 'key public:--format') kind='words' list='pem der jwk jwks' ;;
        'key public:--out') kind='file' ;;
        'key public:--kid') kind='none' ;;
        'key public:-a' | 'key public:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'key public:-o' | 'key public:--output') kind='words' list='table wide json jsonl csv id' ;;
        'key public:--field') kind='none' ;;
        'key public:--color') kind='words' list='auto always never' ;;
        'key public:--redis') kind='none' ;;
        'key public:--redis-password') kind='file' ;;
        'key public:--redis-cacert') kind='file' ;;
        'key public:--redis-cert') kind='file' ;;
        'key public:--redis-key') kind='file' ;;
        'key public:--redis-server-name') kind='none' ;;
        'key public:--profile') kind='dynamic' list='profiles' ;;
        'key public:--config') kind='file' ;;
        'key public:--layout') kind='dynamic-or-file' list='layouts' ;;
        'key public:--layout-var') kind='none' ;;
        'key public:--namespace') kind='none' ;;
        'key public:--timeout') kind='none' ;;
        'key public:--redis-nat') kind='none' ;;
        'key public:--wait') kind='none' ;;
        'key convert:--select') kind='none' ;;
        'key convert:-s' | 'key convert:--secret') kind='file' ;;
        'key convert:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'key convert:--passphrase') kind='file' ;;
        'key convert:-f' | 'key convert:--format') kind='words' list='pem der jwk jwks' ;;
        'key convert:--out') kind='file' ;;
        'key convert:--kid') kind='none' ;;
        'key convert:-a' | 'key convert:--alg') kind='words' list='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448' ;;
        'key convert:-o' | 'key convert:--output') kind='words' list='table wide json jsonl csv id' ;;
        'key convert:--field') kind='none' ;;
        'key convert:--color') kind='words' list='auto always never' ;;
        'key convert:--redis') kind='none' ;;
        'key convert:--redis-password') kind='file' ;;
        'key convert:--redis-cacert') kind='file' ;;
        'key convert:--redis-cert') kind='file' ;;
        'key convert:--redis-key') kind='file' ;;
        'key convert:--redis-server-name') kind='none' ;;
        'key convert:--profile') kind='dynamic' list='profiles' ;;
        'key convert:--config') kind='file' ;;
        'key convert:--layout') kind='dynamic-or-file' list='layouts' ;;
        'key convert:--layout-var') kind='none' ;;
        'key convert:--namespace') kind='none' ;;
        'key convert:--timeout') kind='none' ;;
        'key convert:--redis-nat') kind='none' ;;
        'key convert:--wait') kind='none' ;;
        'key thumbprint:--select') kind='none' ;;
        'key thumbprint:-s' | 'key thumbprint:--secret') kind='file' ;;
        'key thumbprint:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'key thumbprint:--passphrase') kind='file' ;;
        'key thumbprint:-o' | 'key thumbprint:--output') kind='words' list='table wide json jsonl csv id' ;;
        'key thumbprint:--field') kind='none' ;;
        'key thumbprint:--color') kind='words' list='auto always never' ;;
        'key thumbprint:--redis') kind='none' ;;
        'key thumbprint:--redis-password') kind='file' ;;
        'key thumbprint:--redis-cacert') kind='file' ;;
        'key thumbprint:--redis-cert') kind='file' ;;
        'key thumbprint:--redis-key') kind='file' ;;
        'key thumbprint:--redis-server-name') kind='none' ;;
        'key thumbprint:--profile') kind='dynamic' list='profiles' ;;
        'key thumbprint:--config') kind='file' ;;
        'key thumbprint:--layout') kind='dynamic-or-file' list='layouts' ;;
        'key thumbprint:--layout-var') kind='none' ;;
        'key thumbprint:--namespace') kind='none' ;;
        'key thumbprint:--timeout') kind='none' ;;
        'key thumbprint:--redis-nat') kind='none' ;;
        'key thumbprint:--wait') kind='none' ;;
        'key show:--select') kind='none' ;;
        'key show:-s' | 'key show:--secret') kind='file' ;;
        'key show:--secret-encoding') kind='words' list='text raw base64 base64url hex' ;;
        'key show:--passphrase') kind='file' ;;
        'key show:-o' | 'key show:--output') kind='words' list='table wide json jsonl csv id' ;;
        'key show:--field') kind='none' ;;
        'key show:--color') kind='words' list='auto always never' ;;
        'key show:--redis') kind='none' ;;
        'key show:--redis-password') kind='file' ;;
        'key show:--redis-cacert') kind='file' ;;
        'key show:--redis-cert') kind='file' ;;
        'key show:--redis-key') kind='file' ;;
        'key show:--redis-server-name') kind='none' ;;
        'key show:--profile') kind='dynamic' list='profiles' ;;
        'key show:--config') kind='file' ;;
        'key show:--layout') kind='dynamic-or-file' list='layouts' ;;
        'key show:--layout-var') kind='none' ;;
        'key show:--namespace') kind='none' ;;
        'key show:--timeout') kind='none' ;;
        'key show:--redis-nat') kind='none' ;;
        'key show:--wait') kind='none' ;;
        'layout:-o' | 'layout:--output') kind='words' list='table wide json jsonl csv id' ;;
        'layout:--field') kind='none' ;;
        'layout:--color') kind='words' list='auto always never' ;;
        'layout:--redis') kind='none' ;;
        'layout:--redis-password') kind='file' ;;
        'layout:--redis-cacert') kind='file' ;;
        'layout:--redis-cert') kind='file' ;;
        'layout:--redis-key') kind='file' ;;
        'layout:--redis-server-name') kind='none' ;;
        'layout:--profile') kind='dynamic' list='profiles' ;;
        'layout:--config') kind='file' ;;
        'layout:--layout') kind='dynamic-or-file' list='layouts' ;;
        'layout:--layout-var') kind='none' ;;
        'layout:--namespace') kind='none' ;;
        'layout:--timeout') kind='none' ;;
        'layout:--redis-nat') kind='none' ;;
        'layout:--wait') kind='none' ;;
        'layout list:-o' | 'layout list:--output') kind='words' list='table wide json jsonl csv id' ;;
        'layout list:--field') kind='none' ;;
        'layout list:--color') kind='words' list='auto always never' ;;
        'layout list:--redis') kind='none' ;;
        'layout list:--redis-password') kind='file' ;;
        'layout list:--redis-cacert') kind='file' ;;
        'layout list:--redis-cert') kind='file' ;;
        'layout list:--redis-key') kind='file' ;;
        'layout list:--redis-server-name') kind='none' ;;
        'layout list:--profile') kind='dynamic' list='profiles' ;;
        'layout list:--config') kind='file' ;;
        'layout list:--layout') kind='dynamic-or-file' list='layouts' ;;
        'layout list:--layout-var') kind='none' ;;
        'layout list:--namespace') kind='none' ;;
        'layout list:--timeout') kind='none' ;;
        'layout list:--redis-nat') kind='none' ;;
        'layout list:--wait') kind='none' ;;
        'layout show:-o' | 'layout show:--output') kind='words' list='table wide json jsonl csv id' ;;
        'layout show:--field') kind='none' ;;
        'layout show:--color') kind='words' list='auto always never' ;;
        'layout show:--redis') kind='none' ;;
        'layout show:--redis-password') kind='file' ;;
        'layout show:--redis-cacert') kind='file' ;;
        'layout show:--redis-cert') kind='file' ;;
        'layout show:--redis-key') kind='file' ;;
        'layout show:--redis-server-name') kind='none' ;;
        'layout show:--profile') kind='dynamic' list='profiles' ;;
        'layout show:--config') kind='file' ;;
        'layout show:--layout') kind='dynamic-or-file' list='layouts' ;;
        'layout show:--layout-var') kind='none' ;;
        'layout show:--namespace') kind='none' ;;
        'layout show:--timeout') kind='none' ;;
        'layout show:--redis-nat') kind='none' ;;
        'layout show:--wait') kind='none' ;;
        'layout detect:--sample') kind='none' ;;
        'layout detect:-o' | 'layout detect:--output') kind='words' list='table wide json jsonl csv id' ;;
        'layout detect:--field') kind='none' ;;
        'layout detect:--color') kind='words' list='auto always never' ;;
        'layout detect:--redis') kind='none' ;;
        'layout detect:--redis-password') kind='file' ;;
        'layout detect:--redis-cacert') kind='file' ;;
        'layout detect:--redis-cert') kind='file' ;;
        'layout detect:--redis-key') kind='file' ;;
        'layout detect:--redis-server-name') kind='none' ;;
        'layout detect:--profile') kind='dynamic' list='profiles' ;;
        'layout detect:--config') kind='file' ;;
        'layout detect:--layout') kind='dynamic-or-file' list='layouts' ;;
        'layout detect:--layout-var') kind='none' ;;
        'layout detect:--namespace') kind='none' ;;
        'layout detect:--timeout') kind='none' ;;
        'layout detect:--redis-nat') kind='none' ;;
        'layout detect:--wait') kind='none' ;;
        'config:-o' | 'config:--output') kind='words' list='table wide json jsonl csv id' ;;
        'config:--field') kind='none' ;;
        'config:--color') kind='words' list='auto always never' ;;
        'config:--redis') kind='none' ;;
        'config:--redis-password') kind='file' ;;
        'config:--redis-cacert') kind='file' ;;
        'config:--redis-cert') kind='file' ;;
        'config:--redis-key') kind='file' ;;
        'config:--redis-server-name') kind='none' ;;
        'config:--profile') kind='dynamic' list='profiles' ;;
        'config:--config') kind='file' ;;
        'config:--layout') kind='dynamic-or-file' list='layouts' ;;
        'config:--layout-var') kind='none' ;;
        'config:--namespace') kind='none' ;;
        'config:--timeout') kind='none' ;;
        'config:--redis-nat') kind='none' ;;
        'config:--wait') kind='none' ;;
        'config show:-o' | 'config show:--output') kind='words' list='table wide json jsonl csv id' ;;
        'config show:--field') kind='none' ;;
        'config show:--color') kind='words' list='auto always never' ;;
        'config show:--redis') kind='none' ;;
        'config show:--redis-password') kind='file' ;;
        'config show:--redis-cacert') kind='file' ;;
        'config show:--redis-cert') kind='file' ;;
        'config show:--redis-key') kind='file' ;;
        'config show:--redis-server-name') kind='none' ;;
        'config show:--profile') kind='dynamic' list='profiles' ;;
        'config show:--config') kind='file' ;;
        'config show:--layout') kind='dynamic-or-file' list='layouts' ;;
        'config show:--layout-var') kind='none' ;;
        'config show:--namespace') kind='none' ;;
        'config show:--timeout') kind='none' ;;
        'config show:--redis-nat') kind='none' ;;
        'config show:--wait') kind='none' ;;
        'demo:-o' | 'demo:--output') kind='words' list='table wide json jsonl csv id' ;;
        'demo:--field') kind='none' ;;
        'demo:--color') kind='words' list='auto always never' ;;
        'demo:--redis') kind='none' ;;
        'demo:--redis-password') kind='file' ;;
        'demo:--redis-cacert') kind='file' ;;
        'demo:--redis-cert') kind='file' ;;
        'demo:--redis-key') kind='file' ;;
        'demo:--redis-server-name') kind='none' ;;
        'demo:--profile') kind='dynamic' list='profiles' ;;
        'demo:--config') kind='file' ;;
        'demo:--layout') kind='dynamic-or-file' list='layouts' ;;
        'demo:--layout-var') kind='none' ;;
        'demo:--namespace') kind='none' ;;
        'demo:--timeout') kind='none' ;;
        'demo:--redis-nat') kind='none' ;;
        'demo:--wait') kind='none' ;;
        'completion:-o' | 'completion:--output') kind='words' list='table wide json jsonl csv id' ;;
        'completion:--field') kind='none' ;;
        'completion:--color') kind='words' list='auto always never' ;;
        'completion:--redis') kind='none' ;;
        'completion:--redis-password') kind='file' ;;
        'completion:--redis-cacert') kind='file' ;;
        'completion:--redis-cert') kind='file' ;;
        'completion:--redis-key') kind='file' ;;
        'completion:--redis-server-name') kind='none' ;;
        'completion:--profile') kind='dynamic' list='profiles' ;;
        'completion:--config') kind='file' ;;
        'completion:--layout') kind='dynamic-or-file' list='layouts' ;;
        'completion:--layout-var') kind='none' ;;
        'completion:--namespace') kind='none' ;;
        'completion:--timeout') kind='none' ;;
        'completion:--redis-nat') kind='none' ;;
        'completion:--wait') kind='none' ;;
        'version:-o' | 'version:--output') kind='words' list='table wide json jsonl csv id' ;;
        'version:--field') kind='none' ;;
        'version:--color') kind='words' list='auto always never' ;;
        'version:--redis') kind='none' ;;
        'version:--redis-password') kind='file' ;;
        'version:--redis-cacert') kind='file' ;;
        'version:--redis-cert') kind='file' ;;
        'version:--redis-key') kind='file' ;;
        'version:--redis-server-name') kind='none' ;;
        'version:--profile') kind='dynamic' list='profiles' ;;
        'version:--config') kind='file' ;;
        'version:--layout') kind='dynamic-or-file' list='layouts' ;;
        'version:--layout-var') kind='none' ;;
        'version:--namespace') kind='none' ;;
        'version:--timeout') kind='none' ;;
        'version:--redis-nat') kind='none' ;;
        'version:--wait') kind='none' ;;
        *) return 1 ;;
    esac
}

# Sets kind and list to what the operand number $2 of the command $1 is.
__jwtctl_operand() {
    kind=none
    case "$1:$2" in
        'logout-all:'*) kind='dynamic' list='users' ;;
        'list tokens:'*) kind='dynamic' list='users' ;;
        'key public:0') kind='file' ;;
        'key convert:0') kind='file' ;;
        'key thumbprint:0') kind='file' ;;
        'key show:0') kind='file' ;;
        'layout show:0') kind='dynamic-or-file' list='layouts' ;;
        'completion:0') kind='words' list='bash zsh fish' ;;
        'help:'*) kind='words' list='issue decode verify status revoke renew restore logout-all list stats doctor audit prune key layout config demo completion help version runbook services exit-status environment time keys layouts layout-file config-file redis upgrading' ;;
        *) ;;
    esac
}

# Adds the candidates on standard input that begin with $1; $2 stands before each on the line.
__jwtctl_offer() {
    local candidate
    while IFS= read -r candidate; do
        candidate=${candidate%%$'\t'*}
        if [[ -n $candidate && $candidate == "$1"* ]]; then
            candidate="$2$candidate"
            printf -v candidate %q "${candidate#"$dropped"}"
            COMPREPLY+=("$candidate")
        fi
    done
}

_jwtctl() {
    local words=() candidates=() word index current glue='' path='' operands=0 only_operands=''
    local commands='' options='' kind=none list='' prefix='' dropped='' skip=''
    COMPREPLY=()

    # Readline splits words at '=' and ':'; put them together again.
    for ((index = 1; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if ((${#words[@]} > 0)) && [[ $glue || $word == [=:]* ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        glue=''
        if [[ $word == *[=:] ]]; then glue=1; fi
    done
    current=${words[-1]}
    if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then
        dropped=${current%"${current##*:}"}
    elif [[ $COMP_WORDBREAKS == *=* && $current == *=* ]]; then
        dropped=${current%%=*}=
    fi

    __jwtctl_describe ''
    for word in "${words[@]:0:${#words[@]}-1}"; do
        if [[ $skip ]]; then
            skip=''
        elif [[ ! $only_operands && $word == -- ]]; then
            only_operands=1
        elif [[ ! $only_operands && $word == -?* ]]; then
            if __jwtctl_value "$path" "$word"; then skip=$word; fi
        elif [[ $commands ]]; then
            path=${path:+$path }$word
            __jwtctl_describe "$path" || return 0
        else
            operands=$((operands + 1))
        fi
    done

    if [[ $skip ]]; then
        __jwtctl_value "$path" "$skip"
    elif [[ ! $only_operands && $current == --*=* ]]; then
        __jwtctl_value "$path" "${current%%=*}" || return 0
        prefix=${current%%=*}=
        current=${current#*=}
    elif [[ ! $only_operands && $current == -* ]]; then
        kind=words list=$options
    elif [[ $commands ]]; then
        kind=words list=$commands
    else
        __jwtctl_operand "$path" "$operands"
    fi

    case $kind in
        words)
            read -ra candidates <<<"$list"
            __jwtctl_offer "$current" "$prefix" < <(printf '%s\n' "${candidates[@]}")
            ;;
        dynamic | dynamic-or-file)
            __jwtctl_offer "$current" "$prefix" < <(
                jwtctl __complete "$list" -- "${words[@]}" 2>/dev/null
            )
            ;;
    esac
    case $kind in
        file | directory | dynamic-or-file)
            local action=-f
            if [[ $kind == directory ]]; then action=-d; fi
            if [[ $COMP_WORDBREAKS == *=* ]]; then prefix=''; fi
            mapfile -t candidates < <(compgen "$action" -P "$prefix" -- "$current")
            COMPREPLY+=("${candidates[@]}")
            compopt -o filenames 2>/dev/null
            ;;
    esac
}

complete -F _jwtctl jwtctl
