import { FORWARDING6, type Host6 } from '../../evaluate/six-build.ts';

/** What a case asks: `FROM[%DEVICE] PROTO TO [PORT] [src ADDRESS] [FIELD=VALUE]…`; addresses by name where the case has them. */
export type ProbeText = string;

export interface SixCase {
  readonly hosts: Readonly<Record<string, Host6>>;
  readonly links: readonly (readonly string[])[];
  /** Each probe alone, with nothing known of neighbours and flows. */
  readonly cold?: true;
  /** Captures leave something open. */
  readonly open?: true;
  readonly probes: readonly ProbeText[];
}

export const MAC = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b', r0: '02:00:00:00:01:00', r1: '02:00:00:00:01:01' };
export const LL = { a: 'fe80::ff:fe00:a', b: 'fe80::ff:fe00:b', r0: 'fe80::ff:fe00:100', r1: 'fe80::ff:fe00:101' };

export const one = (address: string, mac: string, more: Partial<Host6> = {}): Host6 => ({
  interfaces: { eth0: { addresses: [address], mac } },
  ...more,
});
export const via = (router: string) => ({ routes: [`default via ${router} dev eth0`] });

export const router = (more: Partial<Host6> = {}): Host6 => ({
  interfaces: {
    eth0: { addresses: ['2001:db8:a::1/64'], mac: MAC.r0 },
    eth1: { addresses: ['2001:db8:b::1/64'], mac: MAC.r1 },
  },
  sysctl: FORWARDING6,
  ...more,
});

export const routed = (
  r: Partial<Host6> = {},
  a: Partial<Host6> = {},
  b: Partial<Host6> = {},
): Omit<SixCase, 'probes'> => ({
  hosts: {
    a: one('2001:db8:a::2/64', MAC.a, { ...via('2001:db8:a::1'), ...a }),
    r: router(r),
    b: one('2001:db8:b::2/64', MAC.b, { ...via('2001:db8:b::1'), ...b }),
  },
  links: [
    ['a:eth0', 'r:eth0'],
    ['b:eth0', 'r:eth1'],
  ],
});

export const linked = (a: Partial<Host6> = {}, b: Partial<Host6> = {}): Omit<SixCase, 'probes'> => ({
  hosts: { a: one('2001:db8:a::2/64', MAC.a, a), b: one('2001:db8:a::3/64', MAC.b, b) },
  links: [['a:eth0', 'b:eth0']],
});

export const filter = (...rules: readonly string[]): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\n`;
export const mangle = (...rules: readonly string[]): string =>
  `*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules.join('\n')}\n`;
export const nat = (...rules: readonly string[]): string =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules.join('\n')}\n`;

/** The same network with rules of ebtables. */
export function framed(
  { hosts, links }: Omit<SixCase, 'probes'>,
  ...rules: readonly string[]
): Omit<SixCase, 'probes'> {
  const { h, ...others } = hosts;
  const ebtables = `*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n${rules.join('\n')}\n`;
  return { hosts: { ...others, h: { interfaces: {}, ...h, ebtables } }, links };
}

/** Guests g1 and g2 at ports of h's bridge, x behind its eth0, and another network of h's. */
export const bridged = (
  sysctl: Host6['sysctl'],
  ip6tables?: string,
  more: Readonly<Record<string, Partial<Host6>>> = {},
): Omit<SixCase, 'probes'> => ({
  hosts: {
    h: {
      interfaces: {
        br0: { addresses: ['2001:db8:a::5/64'], mac: '02:00:00:00:05:01' },
        eth0: { master: 'br0', mac: '02:00:00:00:05:02', bare: true },
        tap1: { master: 'br0', mac: '02:00:00:00:05:03', bare: true },
        tap2: { master: 'br0', mac: '02:00:00:00:05:04' },
        eth1: { addresses: ['2001:db8:e::5/64'], mac: '02:00:00:00:05:05' },
      },
      sysctl: sysctl ?? {},
      ...(ip6tables === undefined ? {} : { ip6tables }),
    },
    g1: one('2001:db8:a::11/64', '02:00:00:00:06:01', { ...via('2001:db8:a::5'), ...more['g1'] }),
    g2: one('2001:db8:a::12/64', '02:00:00:00:07:01', via('2001:db8:a::5')),
    x: one('2001:db8:a::20/64', '02:00:00:00:08:01', via('2001:db8:a::5')),
    y: one('2001:db8:e::9/64', '02:00:00:00:09:01', via('2001:db8:e::5')),
  },
  links: [
    ['h:eth0', 'x:eth0'],
    ['h:tap1', 'g1:eth0'],
    ['h:tap2', 'g2:eth0'],
    ['h:eth1', 'y:eth0'],
  ],
});

export const BRIDGE_PROBES: readonly string[] = [
  'g1 icmp 2001:db8:a::12',
  'g2 tcp 2001:db8:a::11 80',
  'g1 udp 2001:db8:a::20 53',
  'x tcp 2001:db8:a::12 80',
  'x udp 2001:db8:a::5 53',
  'g1 icmp 2001:db8:a::5',
  'g1 udp 2001:db8:a::5 53',
  'h icmp 2001:db8:a::11',
  'h udp 2001:db8:a::12 53',
  'g1 icmp 2001:db8:e::9',
  'y icmp 2001:db8:a::11',
  'g1%eth0 icmp fe80::ff:fe00:501',
  'g1%eth0 icmp fe80::ff:fe00:504',
  'g1%eth0 icmp fe80::ff:fe00:701',
  'g1%eth0 icmp ff02::1',
  'h%br0 icmp ff02::1',
  'h%tap2 icmp fe80::ff:fe00:701',
  'g1 icmp 2001:db8:a::12 icmpType=129 src 2001:db8:a::11',
  'g1 icmp 2001:db8:a::12 ttl=1',
];
