<?php
// Removes polls whose time is over. Upstream's page for it wants a person's
// click; this calls what is behind the page.

const ROOT = '/var/www/framadate';

$_SERVER += ['SERVER_NAME' => 'localhost', 'SERVER_PORT' => '80', 'SCRIPT_NAME' => '/admin/purge.php'];

require ROOT . '/app/inc/init.php';

$purge = new Framadate\Services\PurgeService(new Framadate\Services\LogService());
echo $purge->purgeOldPolls(), "\n";
