/**
 * Types of the Socket.IO peer-to-peer protocol: records that Jackson reads and writes as arrays.
 *
 * <p>They hold what is sent, and refuse to be anything else. What has to be taken beside that is
 * in the schemas below {@code accept/}.
 */
package siop2p;
