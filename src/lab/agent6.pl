# The part of the lab's agent that is about IPv6; agent.pl reads it in. Addresses may name a device: fe80::1%eth0.
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton inet_ntop pack_sockaddr_in6 unpack_sockaddr_in6 AF_INET6 PF_INET6);
use POSIX ();

our (%NUMBER, %heard, %listener, @open, $PROBE, $ANSWER);

# Numbers of include/uapi/linux/in6.h and icmpv6.h that Socket.pm does not have.
my %SIX = (
    UNICAST_HOPS => 16, MULTICAST_HOPS => 18, V6ONLY => 26, HDRINCL => 36, RECVPKTINFO => 49, PKTINFO => 50, TCLASS => 67,
    TRANSPARENT => 75, FREEBIND => 78, SOL_IPV6 => 41, ICMPV6 => 58, ICMP6_FILTER => 1,
);
# recvmsg has no Perl function, and only it tells where a packet was sent to.
my $RECVMSG = { x86_64 => 47, aarch64 => 212 }->{ (POSIX::uname())[4] };

sub option6 { my ($socket, $name, $value) = @_; return setsockopt($socket, $SIX{SOL_IPV6}, $SIX{$name}, pack('i', $value)) }
sub index_of { return read_line("/sys/class/net/$_[0]/ifindex") || 0 }

sub address6 {
    my ($text, $port) = @_;
    my ($address, $device) = split /%/, $text;
    return pack_sockaddr_in6($port, inet_pton(AF_INET6, $address), $device ? index_of($device) : 0);
}

sub make_socket6 {
    my ($type, $proto, $src, $sport, $dst, $mark, $tos, $ttl, $loose) = @_;
    socket(my $socket, PF_INET6, $type, $proto) or return;
    my (undef, $device) = $loose ? () : split /%/, $dst;
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_BINDTODEVICE}, "$device\0") or return if $device;
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_MARK}, pack('L', $mark)) if $mark;
    option6($socket, TCLASS => $tos) if $tos;
    if ($ttl) { option6($socket, $_ => $ttl) for qw(UNICAST_HOPS MULTICAST_HOPS) }
    option6($socket, TRANSPARENT => 1) if $src ne '-';
    bind($socket, address6($src eq '-' ? '::' : $src, $sport)) or return if $sport || $src ne '-';
    return $socket;
}

sub ask_tcp6 {
    my ($id, $src, $sport, $dst, $dport, @options) = @_;
    my $socket = make_socket6(SOCK_STREAM, 6, $src, $sport, $dst, @options) or return failed($id);
    connect_probe($socket, $id, address6($dst, $dport), (split /%/, $dst)[0]);
}

sub ask_udp6 {
    my ($id, $src, $sport, $dst, $dport, @options) = @_;
    my $socket = make_socket6(SOCK_DGRAM, 17, $src, $sport, $dst, @options) or return failed($id);
    send_probe($socket, $id, address6($dst, $dport), (split /%/, $dst)[0], $options[3]);
}

sub ask_echo6 {
    my ($id, $src, $icmp_id, $dst, $hex, @options) = @_;
    my $socket = make_socket6(SOCK_RAW, $SIX{ICMPV6}, $src, 0, $dst, @options) or return failed($id);
    setsockopt($socket, $SIX{ICMPV6}, $SIX{ICMP6_FILTER}, only_type(129));
    push @open, $socket;
    nonblocking($socket);
    on_readable($socket, sub {
        my $from = recv($socket, my $data, 2048, 0) // return;
        say_line('A', $id, inet_ntop(AF_INET6, (unpack_sockaddr_in6($from))[1])) if (probe_in(0, $data) // -1) == $id;
    });
    defined send($socket, pack('H*', $hex), 0, address6($dst, 0)) or failed($id);
}

# A filter of ICMPv6 (struct icmp6_filter): a bit that is set blocks its type.
sub only_type { my $filter = "\xff" x 32; vec($filter, $_[0], 1) = 0; return $filter }

# A whole packet through the output path.
sub send_packet6 {
    my ($id, $src, $dst, $mark, $hex) = @_;
    my $socket = make_socket6(SOCK_RAW, 255, $src, 0, $dst, $mark, 0, 0) or return failed($id);
    option6($socket, HDRINCL => 1);
    defined send($socket, pack('H*', $hex), 0, address6($dst, 0)) or failed($id);
    close $socket;
}

sub bound_socket6 {
    my ($type, $proto, $address, $port, $device) = @_;
    socket(my $socket, PF_INET6, $type, $proto) or return;
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    option6($socket, V6ONLY => 1);
    option6($socket, FREEBIND => 1);
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_BINDTODEVICE}, "$device\0") or return if $device;
    bind($socket, address6($address, $port)) or return;
    return $socket;
}

sub udp_listener6 {
    my ($address, $port, $device) = @_;
    return 1 if $listener{"$address $port"};
    my $socket = bound_socket6(SOCK_DGRAM, 17, $address, $port, $device) or return;
    nonblocking($socket);
    $listener{"$address $port"} = $socket;
    on_readable($socket, sub {
        defined recv($socket, my $data, 2048, 0) or return;
        answer_udp6(unpack('N', substr($data, -4)), taken => 1) if substr($data, -8, 4) eq $PROBE;
    });
}

sub answer_udp6 {
    my ($id, %what) = @_;
    $heard{$id} = { %{ $heard{$id} // {} }, %what };
    my $all = $heard{$id};
    return if !$all->{taken} || !$all->{dst};
    delete $heard{$id};
    # a link-local peer, or address of one's own, is one by the device
    my ($to, $from) = map { $all->{$_} =~ /^fe[89ab]/i ? "$all->{$_}%$all->{device}" : $all->{$_} } qw(src dst);
    return if $from =~ /^ff/i;    # nobody answers from a group
    udp_listener6($from, $all->{dport}) or return;
    send($listener{"$from $all->{dport}"}, $ANSWER . pack('N', $id), 0, address6($to, $all->{sport}));
}

sub wait_at6 {
    my ($proto, $port, $address, $device) = @_;
    $address //= '::';
    return if $proto == 6 ? serve_tcp(bound_socket6(SOCK_STREAM, 6, $address, $port, $device)) : udp_listener6($address, $port, $device);
    say_line('X', "listen $proto $port: " . errno_name());
}

sub heard_icmp_error6 {
    my ($from, $payload) = @_;
    my ($type, $code) = unpack('CC', $payload);
    my $quoted = substr($payload, 8);
    my $inner = substr($quoted, 40);
    my $id = ord(substr($quoted, 6, 1)) == 6 && length($inner) >= 8 ? number_in(unpack('x4N', $inner)) : probe_in(0, $inner);
    say_line('I', $id, $type, $code, $from) if defined $id;
}

# What a raw socket of IPv6 is given has no header: addresses and device come beside it (struct msghdr, IPV6_PKTINFO).
sub receive_with_addresses {
    my ($socket) = @_;
    my ($name, $data, $control) = map { my $buffer = ''; vec($buffer, $_, 8) = 0; $buffer } 27, 65535, 255;
    my $vector = pack('PQ', $data, length $data);
    my $message = pack('PLx4PQPQix4', $name, length $name, $vector, 1, $control, length $control, 0);
    my $length = syscall($RECVMSG, fileno $socket, $message, 0);
    return if $length < 0;
    my ($size, $level, $type, $dst) = unpack('Qiia16', $control);
    return if $level != $SIX{SOL_IPV6} || $type != $SIX{PKTINFO};
    my (undef, $src) = unpack_sockaddr_in6($name);
    return (substr($data, 0, $length), map { inet_ntop(AF_INET6, $_) } $src, $dst);
}

sub hear6 {
    my ($proto, $device) = @_;
    socket(my $socket, PF_INET6, SOCK_RAW, $proto) or return say_line('X', "hear $proto: " . errno_name());
    setsockopt($socket, SOL_SOCKET, $NUMBER{SO_BINDTODEVICE}, "$device\0") or return say_line('X', "hear on $device: " . errno_name());
    option6($socket, RECVPKTINFO => 1);
    nonblocking($socket);
    on_readable($socket, sub {
        my ($payload, $src, $dst) = receive_with_addresses($socket);
        return if !defined $payload || length($payload) < 8;
        my $type = $proto == $SIX{ICMPV6} ? ord($payload) : -1;
        return heard_icmp_error6($src, $payload) if $type > 0 && $type < 5 && length($payload) >= 56;
        my $id = probe_in($proto, $payload);
        return if !defined $id;
        my ($sport, $dport) = $proto == 6 || $proto == 17 ? unpack('nn', $payload) : (0, 0);
        my $kind = $proto == 6 ? ord(substr($payload, 13, 1)) : $type;
        say_line('D', $id, $device, $proto, $src, $sport, $dst, $dport, $kind);
        answer_udp6($id, src => $src, sport => $sport, dst => $dst, dport => $dport, device => $device) if $proto == 17;
    });
}

return (
    tcp6    => \&ask_tcp6,
    udp6    => \&ask_udp6,
    echo6   => \&ask_echo6,
    packet6 => \&send_packet6,
    listen6 => \&wait_at6,
    hear6   => \&hear6,
);
