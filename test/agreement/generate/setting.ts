import fc from 'fast-check';

const flag = fc.constantFrom(0, 1);
const filter = fc.constantFrom(0, 0, 1, 2);

/** Settings of one node that matter to the path, each mostly left alone. */
export const settings = (devices: readonly string[]): fc.Arbitrary<Readonly<Record<string, number>>> =>
  fc
    .dictionary(
      fc.constantFrom(
        'net.ipv4.ip_forward',
        'net.bridge.bridge-nf-call-iptables',
        'net.netfilter.nf_conntrack_tcp_loose',
        'net.ipv4.icmp_echo_ignore_all',
        ...['all', 'default', ...devices.map((device) => device.replaceAll('.', '/'))].flatMap((device) =>
          ['rp_filter', 'accept_local', 'route_localnet', 'arp_ignore', 'arp_announce', 'proxy_arp', 'arp_filter'].map(
            (tail) => `net.ipv4.conf.${device}.${tail}`,
          ),
        ),
      ),
      fc.constant(0),
      { maxKeys: 3 },
    )
    .chain(
      (drawn) =>
        fc.record(
          Object.fromEntries(
            Object.keys(drawn).map((key) => [key, /rp_filter|arp_ignore|arp_announce/.test(key) ? filter : flag]),
          ),
        ) as fc.Arbitrary<Record<string, number>>,
    );
