#!/usr/bin/perl
# What the lab runs in every namespace: sends probes, listens, answers, and tells what it saw. Perl because every Debian
# has it and because it reaches raw and packet sockets without compiled code. Orders come as lines on stdin, words
# separated by tabs; what happened goes out as lines on stdout:
#   R WORD                                    an order `ready WORD` was reached: all before it are done
#   X TEXT                                    an order failed
#   D ID IFACE PROTO SRC SPORT DST DPORT KIND a probe was delivered to the local stack (past INPUT); KIND: tcp flags, icmp type
#   A ID FROM                                 the answer came back to the asking socket
#   E ID ERRNO                                the asking socket failed
#   I ID TYPE CODE FROM                       an ICMP error about the probe was delivered here
#   T LINE                                    what `nft monitor trace` printed, after the order `trace`
use strict;
use warnings;
use Socket;
use Fcntl;
use Errno;

# Numbers of include/uapi/linux/{in,tcp,if_packet,icmp}.h that Socket.pm does not have.
our %NUMBER = (
    IP_TOS => 1, IP_TTL => 2, IP_HDRINCL => 3, IP_RECVERR => 11, IP_FREEBIND => 15, IP_TRANSPARENT => 19, SO_MARK => 36, SO_BINDTODEVICE => 25,
    TCP_REPAIR => 19, TCP_REPAIR_QUEUE => 20, TCP_QUEUE_SEQ => 21, ICMP_FILTER => 1, SOL_RAW => 255, PF_PACKET => 17,
);
our $PROBE  = 'NQED';    # the last eight bytes of a probe: this and its number
our $ANSWER = 'NQAN';    # of an answer

my (%reading, %writing);
our (%echo, %listener, %heard, @open);
$| = 1;
$SIG{PIPE} = 'IGNORE';

sub say_line { print join("\t", @_), "\n" }
sub errno_name { my $name = (grep { $!{$_} } keys %!)[0]; return $name // $! + 0 }
sub failed { say_line('E', $_[0], errno_name()) }
sub nonblocking { fcntl($_[0], F_SETFL, fcntl($_[0], F_GETFL, 0) | O_NONBLOCK) }
sub drop { my $n = fileno $_[0]; delete $reading{$n}; delete $writing{$n}; close $_[0] }
sub on_readable { my ($socket, $then) = @_; $reading{fileno $socket} = [$socket, $then] }
sub on_writable { my ($socket, $then) = @_; $writing{fileno $socket} = [$socket, $then] }

# Connection probes carry their number in the initial sequence number: bits 4 to 15, below a constant.
sub sequence_of { return (0x51ED0000 | ($_[0] << 4)) & 0xffffffff }
sub number_in { my $seq = shift; return ($seq >> 16) == 0x51ED ? ($seq >> 4) & 0xfff : undef }

sub make_socket {
    my ($type, $proto, $src, $sport, $mark, $tos, $ttl) = @_;
    socket(my $socket, PF_INET, $type, $proto) or return;
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    setsockopt($socket, SOL_SOCKET, SO_BROADCAST, 1);
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_MARK}, pack('L', $mark)) if $mark;
    setsockopt($socket, 0, $NUMBER{IP_TOS}, pack('i', $tos)) if $tos;
    setsockopt($socket, 0, $NUMBER{IP_TTL}, pack('i', $ttl)) if $ttl;
    setsockopt($socket, 0, $NUMBER{IP_TRANSPARENT}, pack('i', 1)) if $src ne '-';
    my $address = $src eq '-' ? INADDR_ANY : inet_aton($src);
    bind($socket, pack_sockaddr_in($sport, $address)) or return if $sport || $src ne '-';
    return $socket;
}

sub ask_tcp {
    my ($id, $src, $sport, $dst, $dport, @options) = @_;
    my $socket = make_socket(SOCK_STREAM, 6, $src, $sport, @options) or return failed($id);
    connect_probe($socket, $id, pack_sockaddr_in($dport, inet_aton($dst)), $dst);
}

sub connect_probe {
    my ($socket, $id, $to, $dst) = @_;
    push @open, $socket;
    # A connection made after TCP_REPAIR keeps the sequence number that was put into its send queue (tcp_v4_connect).
    setsockopt($socket, 6, $NUMBER{TCP_REPAIR}, pack('i', 1)) or say_line('X', 'TCP_REPAIR: ' . errno_name());
    setsockopt($socket, 6, $NUMBER{TCP_REPAIR_QUEUE}, pack('i', 2));
    setsockopt($socket, 6, $NUMBER{TCP_QUEUE_SEQ}, pack('L', sequence_of($id)));
    setsockopt($socket, 6, $NUMBER{TCP_REPAIR}, pack('i', -1));
    nonblocking($socket);
    connect($socket, $to) or $!{EINPROGRESS} or return failed($id);
    on_writable($socket, sub {
        delete $writing{fileno $socket};
        my $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
        if ($error) { $! = $error; failed($id); return drop($socket) }
        syswrite($socket, $PROBE . pack('N', $id));
        on_readable($socket, sub {
            my $got = sysread($socket, my $data, 64);
            return drop($socket) if !$got;
            say_line('A', $id, $dst) if substr($data, -8) eq $ANSWER . pack('N', $id);
        });
    });
}

sub ask_udp {
    my ($id, $src, $sport, $dst, $dport, @options) = @_;
    my $socket = make_socket(SOCK_DGRAM, 17, $src, $sport, @options) or return failed($id);
    send_probe($socket, $id, pack_sockaddr_in($dport, inet_aton($dst)), $dst);
}

sub send_probe {
    my ($socket, $id, $to, $dst, $loose) = @_;
    push @open, $socket;
    nonblocking($socket);
    $loose or connect($socket, $to) or return failed($id);
    on_readable($socket, sub {
        defined recv($socket, my $data, 2048, 0) or return $!{EAGAIN} ? 1 : failed($id);
        say_line('A', $id, $dst) if substr($data, -8) eq $ANSWER . pack('N', $id);
    });
    my $data = $PROBE . pack('N', $id);
    defined($loose ? send($socket, $data, 0, $to) : send($socket, $data, 0)) or failed($id);
}

sub ask_echo {
    my ($id, $src, $icmp_id, $dst, $hex, @options) = @_;
    my $socket = make_socket(SOCK_RAW, 1, $src, 0, @options) or return failed($id);
    setsockopt($socket, $NUMBER{SOL_RAW}, $NUMBER{ICMP_FILTER}, pack('L', 0xffffffff));
    $echo{$id} = 1;
    defined send($socket, pack('H*', $hex), 0, pack_sockaddr_in(0, inet_aton($dst))) or failed($id);
    push @open, $socket;
}

# A whole IP packet through the output path; what is 0 in source and length, the kernel fills in.
sub send_packet {
    my ($id, $src, $dst, $mark, $hex) = @_;
    # bound: the route is looked up for the socket's source, not for the one in the header
    my $socket = make_socket(SOCK_RAW, 255, $src, 0, $mark, 0, 0) or return failed($id);
    setsockopt($socket, 0, $NUMBER{IP_HDRINCL}, pack('i', 1));
    defined send($socket, pack('H*', $hex), 0, pack_sockaddr_in(0, inet_aton($dst))) or failed($id);
    close $socket;
}

sub send_frame {
    my ($id, $index, $hex) = @_;
    my $frame = pack('H*', $hex);
    socket(my $socket, $NUMBER{PF_PACKET}, SOCK_RAW, 0) or return failed($id);
    my $to = pack('SnlSCCa8', $NUMBER{PF_PACKET}, unpack('x12n', $frame), $index, 0, 0, 6, substr($frame, 0, 6));
    defined send($socket, $frame, 0, $to) or failed($id);
    close $socket;
}

# A socket that waits, as `ss` may show it: at an address (that need not be there), at a device, beside others like it.
sub bound_socket {
    my ($type, $proto, $address, $port, $device) = @_;
    socket(my $socket, PF_INET, $type, $proto) or return;
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    setsockopt($socket, 0, $NUMBER{IP_FREEBIND}, pack('i', 1));
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_BINDTODEVICE}, "$device\0") or return if $device;
    bind($socket, pack_sockaddr_in($port, inet_aton($address))) or return;
    return $socket;
}

# A datagram counts as delivered when a raw socket saw where to; its answer needs the udp socket to have taken it too
# (a raw socket also sees a wrong checksum).
sub udp_listener {
    my ($address, $port, $device) = @_;
    return 1 if $listener{"$address:$port"};
    my $socket = bound_socket(SOCK_DGRAM, 17, $address, $port, $device) or return;
    nonblocking($socket);
    $listener{"$address:$port"} = $socket;
    on_readable($socket, sub {
        defined recv($socket, my $data, 2048, 0) or return;
        answer_udp(unpack('N', substr($data, -4)), taken => 1) if substr($data, -8, 4) eq $PROBE;
    });
}

sub answer_udp {
    my ($id, %what) = @_;
    $heard{$id} = { %{ $heard{$id} // {} }, %what };
    my $all = $heard{$id};
    return if !$all->{taken} || !$all->{dst};
    delete $heard{$id};
    udp_listener($all->{dst}, $all->{dport}) or return;    # not for a broadcast: nobody owns it
    my $socket = $listener{"$all->{dst}:$all->{dport}"};
    send($socket, $ANSWER . pack('N', $id), 0, pack_sockaddr_in($all->{sport}, inet_aton($all->{src})));
}

sub tcp_listener { return serve_tcp(bound_socket(SOCK_STREAM, 6, @_)) }

sub serve_tcp {
    my $socket = shift or return;
    listen($socket, 256) or return;
    nonblocking($socket);
    on_readable($socket, sub {
        accept(my $peer, $socket) or return;
        push @open, $peer;
        nonblocking($peer);
        on_readable($peer, sub {
            my $got = sysread($peer, my $data, 64);
            return drop($peer) if !$got;
            syswrite($peer, $ANSWER . substr($data, -4)) if substr($data, -8, 4) eq $PROBE;
        });
    });
}

sub wait_at {
    my ($proto, $port, $address, $device) = @_;
    $address //= '0.0.0.0';
    return if $proto == 6 ? tcp_listener($address, $port, $device) : udp_listener($address, $port, $device);
    say_line('X', "listen $proto $port: " . errno_name());
}

sub probe_in {
    my ($proto, $payload) = @_;
    return number_in(unpack('x4N', $payload)) if $proto == 6 && length($payload) >= 20;
    return substr($payload, -8, 4) eq $PROBE ? unpack('N', substr($payload, -4)) : undef;
}

sub heard_icmp_error {
    my ($from, $payload) = @_;
    my ($type, $code) = unpack('CC', $payload);
    my $quoted = substr($payload, 8);
    my $header = (ord($quoted) & 15) * 4;
    my $inner = substr($quoted, $header);
    my $id = ord(substr($quoted, 9, 1)) == 6 ? number_in(unpack('x4N', $inner)) : probe_in(0, $inner);
    say_line('I', $id, $type, $code, $from) if defined $id;
}

# One raw socket a protocol and interface: it hears what the local stack is given there, after INPUT.
sub hear {
    my ($proto, $device) = @_;
    socket(my $socket, PF_INET, SOCK_RAW, $proto) or return say_line('X', "hear $proto: " . errno_name());
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_BINDTODEVICE}, "$device\0") or return say_line('X', "hear on $device: " . errno_name());
    nonblocking($socket);
    on_readable($socket, sub {
        defined recv($socket, my $packet, 65535, 0) or return;
        my ($src, $dst) = map { inet_ntoa($_) } unpack('x12a4a4', $packet);
        my $payload = substr($packet, (ord($packet) & 15) * 4);
        return if length($payload) < 8;
        my $type = $proto == 1 ? ord($payload) : -1;
        # one that quotes a packet; a probe of such a type quotes nothing
        return heard_icmp_error($src, $payload) if length($payload) >= 36 && grep { $type == $_ } 3, 4, 5, 11, 12;
        my $id = probe_in($proto, $payload);
        return if !defined $id;
        return say_line('A', $id, $src) if $type == 0 && $echo{$id};
        my ($sport, $dport) = $proto == 6 || $proto == 17 ? unpack('nn', $payload) : (0, 0);
        my $kind = $proto == 6 ? ord(substr($payload, 13, 1)) : $type;
        say_line('D', $id, $device, $proto, $src, $sport, $dst, $dport, $kind);
        answer_udp($id, src => $src, sport => $sport, dst => $dst, dport => $dport) if $proto == 17;
    });
}

sub set_sysctl {
    my ($key, $value) = @_;
    open(my $file, '>', "/proc/sys/$key") or return say_line('X', "$key: " . errno_name());
    syswrite($file, $value) // say_line('X', "$key = $value: " . errno_name());
    close $file;
}

# A device passes nothing before its carrier was noticed (dev_activate); its operational state says when. A bridge that
# had a carrier when it went up passes frames at once, but its state may be told a second late (linkwatch_urgent_event).
sub settle {
    my @rising = @_;
    for my $turn (1 .. 300) {
        @rising = grep { !operates($_, $turn) } @rising;
        return if !@rising;
        select(undef, undef, undef, 0.005);
    }
    say_line('X', "does not come up: @rising");
}

sub operates {
    my ($device, $turn) = @_;
    my $folder = "/sys/class/net/$device";
    return 1 if read_line("$folder/operstate") =~ /^(up|unknown)$/;
    return $turn > 10 && -d "$folder/bridge" && read_line("$folder/carrier") eq '1';
}

sub read_line {
    open(my $file, '<', $_[0]) or return '';
    my $line = <$file> // '';
    chomp $line;
    return $line;
}

sub end_round {
    for my $socket (@open) { setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) if fileno $socket; drop($socket) if fileno $socket }
    @open = ();
    %echo = %heard = ();
}

# Tells of every traced packet from here on. The monitor does not say when it is ready: its socket in the group for
# traces (NFNLGRP_NFTRACE, the ninth) does.
my $monitor;
sub start_trace {
    $monitor = open(my $lines, '-|', 'nft', '-a', '-n', 'monitor', 'trace') or return say_line('X', 'nft monitor trace: ' . errno_name());
    my $rest = '';
    on_readable($lines, sub {
        sysread($lines, $rest, 65536, length $rest) or return drop($lines);
        say_line('T', $1) while $rest =~ s/^([^\n]*)\n//;
    });
    for (1 .. 500) { return if in_trace_group(); select(undef, undef, undef, 0.01) }
    say_line('X', 'nft monitor trace does not start');
}
END { kill 'KILL', $monitor if $monitor }

sub in_trace_group {
    open(my $sockets, '<', '/proc/self/net/netlink') or return;
    return scalar grep { my (undef, $protocol, undef, $groups) = split; $protocol eq '12' && hex($groups) & 0x100 } <$sockets>;
}

my %ORDER = (
    sysctl => \&set_sysctl,
    listen => \&wait_at,
    hear   => \&hear,
    ready  => sub { say_line('R', @_) },
    settle => \&settle,
    end    => \&end_round,
    tcp    => \&ask_tcp,
    udp    => \&ask_udp,
    echo   => \&ask_echo,
    packet => \&send_packet,
    frame  => \&send_frame,
    trace  => \&start_trace,
    do($0 =~ s{[^/]*$}{agent6.pl}r),
);

my $orders = '';
sub take_orders {
    sysread(STDIN, $orders, 65536, length $orders) or exit 0;    # the lab is gone: so am I
    while ($orders =~ s/^([^\n]*)\n//) {
        my ($name, @words) = split /\t/, $1;
        $ORDER{$name} ? $ORDER{$name}->(@words) : say_line('X', "no order $name");
    }
}

# Orders wait until nothing else is left to do: who is told that one is done knows of all that came in before it.
while (1) {
    my ($readable, $writable) = ('', '');
    vec($readable, $_, 1) = 1 for fileno(STDIN), keys %reading;
    vec($writable, $_, 1) = 1 for keys %writing;
    next if select($readable, $writable, undef, undef) < 0;
    my @ready = ((map { [\%writing, $_] } grep { vec($writable, $_, 1) } keys %writing), (map { [\%reading, $_] } grep { vec($readable, $_, 1) } keys %reading));
    take_orders() if !@ready;
    for (@ready) { my ($sockets, $n) = @$_; $sockets->{$n}[1]->() if $sockets->{$n} }
}
