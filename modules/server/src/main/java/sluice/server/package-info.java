/**
 * The gateway server, to be read in the order of a request's life: {@code DataConnection}, {@code Gateway},
 * {@code ClientAuthenticator}, {@code Admission}, {@code Forwarding}, {@code BodyReader}, {@code RequestCheck},
 * {@code SessionSource}, {@code FailoverLoop}, {@code Attempt}, {@code FailureRules}, {@code LastWord}. What they are made
 * from is put together by {@code Assembly}; {@code GatewayProcess} is the life of the whole.
 *
 * <p>Thread rule: a request stays on its connection's virtual thread from its first byte to its last.
 */
package sluice.server;
