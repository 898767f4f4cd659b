<?php
// Laravel's cache on Redis, used as tymon/jwt-auth 2.1 does in src/Providers/Storage/Illuminate.php
// and src/Blacklist.php. Reads words and answers each line, as stage.py has it.
//   usage: php laravel_tymon.php PORT

use Illuminate\Cache\RedisStore;
use Illuminate\Cache\Repository;
use Illuminate\Redis\RedisManager;
use Illuminate\Support\Carbon;

require 'Illuminate/Cache/autoload.php';

// Laravel makes an error of every warning, such as that of a value which PHP cannot read.
set_error_handler(function ($level, $message) {
    if (error_reporting() & $level & ~(E_DEPRECATED | E_USER_DEPRECATED)) {
        throw new ErrorException($message);
    }
    return true;
});

// The prefixes of a new application that is named "shop".
$server = ['host' => '127.0.0.1', 'port' => $argv[1], 'database' => 0];
$redis = new RedisManager(null, 'phpredis', [
    'options' => ['prefix' => 'shop_database_'], 'cache' => $server,
]);
$cache = new Repository(new RedisStore($redis, 'shop_cache', 'cache'));

while (($line = fgets(STDIN)) !== false) {
    [$word, $id, $life, $grace] = explode(' ', trim($line)) + ['', '', '0', '0'];
    try {
        $storage = $cache->tags('tymon.jwt');
        $held = $word === 'has' ? $storage->get($id) : null;
        $answer = match ($word) {
            'logout' => $storage->put($id, ['valid_until' => time() + (int) $grace], (int) $life),
            'forever' => $storage->forever($id, 'forever'),
            'clear' => $storage->flush(),
            'has' => $held === 'forever' || (
                !empty($held) && !Carbon::createFromTimestampUTC($held['valid_until'])->isFuture()
            ),
        };
        echo 'ok ', $answer ? 'yes' : 'no', "\n";
    } catch (Throwable $error) {
        echo 'error ', get_class($error), ' ', strtr($error->getMessage(), "\n", ' '), "\n";
    }
}
