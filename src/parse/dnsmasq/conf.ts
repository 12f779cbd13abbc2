import type { Result } from '../located.ts';
import { Source, TOP, type Word } from '../source.ts';
import { type DhcpHost, newDnsmasq, readHost, readOption, type SeenDnsmasq } from './options.ts';

/** Reads `dnsmasq.conf`: the long options without their dashes, one a line (dnsmasq(8), CONFIG FILE). */
export function parseDnsmasqConf(text: string, file: string): Result<SeenDnsmasq> {
  const source = new Source(text, file);
  const server = newDnsmasq(source.place(TOP));
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = withoutComment(source.whole(line));
    if (whole.text === '') continue;
    const [, name, value] = /^([a-z0-9-]+)(?:\s*=\s*(.*))?$/.exec(whole.text) ?? [];
    if (name === undefined)
      source.note(whole, 'this line is no option of dnsmasq', 'write it like `dhcp-range=10.0.0.2,static`');
    else if (value !== undefined && value !== '')
      readOption(source, server, name, {
        text: value,
        line,
        column: whole.column + whole.text.length - value.length,
        length: value.length,
      });
  }
  return source.result(server);
}

/** Reads the file of `dhcp-hostsfile`: the value of one `dhcp-host` a line. An empty one serves nobody. */
export function parseDnsmasqHosts(text: string, file: string): Result<readonly DhcpHost[]> {
  const source = new Source(text, file);
  const hosts: DhcpHost[] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = withoutComment(source.whole(line));
    if (whole.text === '') continue;
    const before = source.located.length;
    const read = readHost(source, whole);
    if (read.length === 0 && source.located.length === before)
      source.note(
        whole,
        'this line gives no address to a MAC address',
        'write it like `fa:16:3e:2c:e8:ec,cirros.novalocal,10.0.0.2`',
      );
    hosts.push(...read);
  }
  return source.result(hosts);
}

function withoutComment(whole: Word): Word {
  const text = whole.text.replace(/(^|\s)#.*$/, '').trimEnd();
  return { ...whole, text, length: Math.max(1, text.length) };
}
