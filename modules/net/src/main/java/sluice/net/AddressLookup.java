package sluice.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the addresses of a host, for as long as that takes. */
@FunctionalInterface
interface AddressLookup {
    /** All addresses, at least one. */
    InetAddress[] addresses(String host) throws UnknownHostException;
}
