<?php
// Symfony's cache on Redis, used as LexikJWTAuthenticationBundle's CacheItemPoolBlockedTokenManager
// uses it. Reads words and answers each line, as stage.py has it.
//   usage: php symfony_lexik.php URL NAMESPACE igbinary|php

use Symfony\Component\Cache\Adapter\RedisAdapter;
use Symfony\Component\Cache\Marshaller\DefaultMarshaller;

require 'Symfony/Component/Cache/autoload.php';

// Symfony before 7.2 writes igbinary where PHP has it, and later versions write PHP's own format.
$pool = new RedisAdapter(
    RedisAdapter::createConnection($argv[1]), $argv[2], 0,
    new DefaultMarshaller($argv[3] === 'igbinary')
);

while (($line = fgets(STDIN)) !== false) {
    [$word, $id, $life] = explode(' ', trim($line)) + ['', '', '0'];
    try {
        $item = $pool->getItem($id);
        $answer = match ($word) {
            'logout' => $pool->save($item->set([])->expiresAfter((int) $life)),
            'exist' => $pool->hasItem($id),
            'read' => $item->isHit() && $item->get() === [],
        };
        echo 'ok ', $answer ? 'yes' : 'no', "\n";
    } catch (Throwable $error) {
        echo 'error ', get_class($error), ' ', strtr($error->getMessage(), "\n", ' '), "\n";
    }
}
