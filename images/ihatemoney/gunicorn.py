# One process: it brings its database up to date when it starts, and two would
# do that at once. Its threads answer side by side.
bind = "0.0.0.0:8000"
workers = 1
worker_class = "gthread"
threads = 8
# The heartbeat file must not lie on a disk, and only /tmp can be written.
worker_tmp_dir = "/dev/shm"
# No file to be found on a read-only root.
control_socket_disable = True
# Only the front door reaches this port, and it writes these headers itself.
forwarded_allow_ips = "*"
timeout = 120
graceful_timeout = 15
accesslog = None
errorlog = "-"
