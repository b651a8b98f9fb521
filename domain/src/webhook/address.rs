//! Which addresses a webhook may be at. Pure: names are looked up elsewhere, and each address that was found is judged here.
//!
//! Only global unicast is let through. An IPv6 address that stands for an IPv4 one (mapped, or by NAT64's well-known prefix) is
//! judged as that one; other ways to write one within the other (compatible, translated, 6to4, Teredo, a local NAT64) are let through by
//! nobody's need, and so by none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address that a packet to this one reaches in the end.
#[must_use]
pub fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address.to_canonical() else { return address.to_canonical() };
    match v6.segments() {
        // NAT64's well-known prefix (RFC 6052), as DNS64 answers on networks without IPv4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            Ipv4Addr::new(a, b, c, d).into()
        }
        _ => v6.into(),
    }
}

/// Whether it is an address of the whole internet, and of one machine.
#[must_use]
pub fn is_global(address: IpAddr) -> bool {
    match unwrapped(address) {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => is_global_v6(v6),
    }
}

/// What of IPv4 is not of the whole internet, by IANA's registry of special addresses (RFC 6890): first addresses, and how many bits
/// of them count.
const SPECIAL_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// The same of global unicast in IPv6, 2000::/3: Teredo, ORCHID and other protocols, documents, 6to4, documents.
const SPECIAL_V6: [([u16; 2], u32); 4] =
    [([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

fn is_global_v4(address: Ipv4Addr) -> bool {
    let is_in =
        |first: [u8; 4], bits| u32::from_be_bytes(first) >> (32 - bits) == u32::from(address) >> (32 - bits);
    !SPECIAL_V4.into_iter().any(|(first, bits)| is_in(first, bits))
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let [high, low, ..] = address.segments();
    let begins = |[high, low]: [u16; 2]| u32::from(high) << 16 | u32::from(low);
    let is_in = |first, bits| begins(first) >> (32 - bits) == begins([high, low]) >> (32 - bits);
    high & 0xe000 == 0x2000 && !SPECIAL_V6.into_iter().any(|(first, bits)| is_in(first, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_disguise_of_an_inner_address_passes() {
        for address in [
            "127.0.0.1",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            // Mapped, compatible, translated.
            "::ffff:127.0.0.1",
            "::ffff:7f00:1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:100.64.0.1",
            "::127.0.0.1",
            "::a00:1",
            "::ffff:0:127.0.0.1",
            // 6to4 and Teredo, of what is inside and of what is not.
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2002:808:808::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            // NAT64, well known and local.
            "64:ff9b::7f00:1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b::100.64.0.1",
            "64:ff9b:1::8.8.8.8",
            // Local, multicast, for documents.
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "100::1",
        ] {
            assert!(!is_global(address.parse().unwrap_or(IpAddr::V4(Ipv4Addr::BROADCAST))), "{address}");
            assert!(address.parse::<IpAddr>().is_ok(), "{address}");
        }
    }

    #[test]
    fn what_is_on_the_internet_passes_in_its_own_form_and_by_nat64() {
        for address in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2001:4860:4860::8888",
            "2600::1",
            "2a00:1450::1",
        ] {
            assert!(address.parse().is_ok_and(is_global), "{address}");
        }
    }
}
