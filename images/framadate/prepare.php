<?php
// Upstream makes and changes its tables when somebody opens its page
// `admin/migration.php`. Here nobody can, and it is opened before anything is
// served. That page says nothing by its exit status, so the tables are asked.

const ROOT = '/var/www/framadate';

$_SERVER += ['SERVER_NAME' => 'localhost', 'SERVER_PORT' => '80', 'SCRIPT_NAME' => '/admin/migration.php'];

require ROOT . '/app/inc/config.php';

$ask = static function (string $table): bool {
    $database = new PDO(DB_CONNECTION_STRING, DB_USER, DB_PASSWORD, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $found = $database->prepare('select count(*) from information_schema.tables where table_schema = database() and table_name = ?');
    $found->execute([TABLENAME_PREFIX . $table]);
    return (int) $found->fetchColumn() === 1;
};

// A database that cannot be reached ends this here, with its reason.
$ask('poll');

chdir(ROOT . '/admin');
ob_start();
require ROOT . '/admin/migration.php';
ob_end_clean();

foreach (['poll', 'slot', 'vote', 'comment', MIGRATION_TABLE] as $table) {
    if (!$ask($table)) {
        fwrite(STDERR, "the table $table was not made\n");
        exit(1);
    }
}

// Upstream's tables have no room for signs beyond the first plane of Unicode:
// an emoji in a poll would end in an error. A table that was widened stays so.
$database = new PDO(DB_CONNECTION_STRING, DB_USER, DB_PASSWORD, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$narrow = $database->prepare(
    "select table_name from information_schema.tables where table_schema = database()
     and table_name like ? and table_collation like 'utf8mb3%'"
);
$narrow->execute([TABLENAME_PREFIX . '%']);
foreach ($narrow->fetchAll(PDO::FETCH_COLUMN) as $table) {
    $database->exec("alter table `$table` convert to character set utf8mb4 collate utf8mb4_unicode_ci");
}
