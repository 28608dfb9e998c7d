# A real sshd on the loopback, for our own user, with keys of its own. Read in behind lib.sh.
# shellcheck shell=sh disable=SC2034,SC2154 # used by those who read this in; $work is lib.sh's

# start_sshd: it listens on $port; ssh/key may log in, ssh/stranger may not; ssh/known has its key, ssh/client is for
# `ssh -F`. It writes ssh/log.
start_sshd() {
	port=$(free_port)
	mkdir -p ssh
	[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
	for name in host key stranger; do
		ssh-keygen -q -t ed25519 -N '' -f ssh/$name
	done
	cp ssh/key.pub ssh/authorized
	# What a login shell reads when sshd starts it (SHLVL: bash) is not what is tested.
	cat >ssh/config <<END
Port $port
ListenAddress 127.0.0.1
HostKey $work/ssh/host
AuthorizedKeysFile $work/ssh/authorized
PidFile $work/ssh/pid
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 300
LogLevel VERBOSE
SetEnv SHLVL=9
END
	"$(command -v sshd || echo /usr/sbin/sshd)" -f "$work/ssh/config" -E "$work/ssh/log"
	until_true 10 test -s ssh/pid || { cat ssh/log; exit 2; }
	started "$(cat ssh/pid)"
	printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 ssh/host.pub)" >ssh/known
	cat >ssh/client <<END
Host *
	HostName 127.0.0.1
	Port $port
	IdentityFile $work/ssh/key
	IdentitiesOnly yes
	UserKnownHostsFile $work/ssh/known
END
}

# Those that sshd has open now.
connections() {
	ps -o pid= --ppid "$(cat ssh/pid)"
}
