/** What libvirt's own filters check (libvirt, src/nwfilter/xml); a filter of another name may check anything. */
export const CHECKS: Readonly<Record<string, string>> = {
  'no-mac-spoofing': "drops the guest's frames from another MAC address than its own",
  'no-ip-spoofing': "drops the guest's packets from another address than its own",
  'no-arp-spoofing': "drops the guest's ARP for other addresses than its own",
  'no-arp-mac-spoofing': "drops the guest's ARP with another MAC address than its own",
  'no-arp-ip-spoofing': "drops the guest's ARP for other addresses than its own",
  'no-ip-multicast': 'drops what the guest sends to groups',
  'no-mac-broadcast': 'drops what the guest broadcasts',
  'no-other-l2-traffic': 'drops all of the guest but IPv4 and ARP',
  'allow-dhcp': 'lets DHCP through',
  'allow-dhcp-server': 'lets DHCP of one server through',
  'allow-arp': 'lets ARP through',
  'allow-ipv4': 'lets IPv4 through',
  'clean-traffic':
    "drops the guest's frames from other MAC addresses, packets from other addresses and ARP for other addresses than its own",
};
