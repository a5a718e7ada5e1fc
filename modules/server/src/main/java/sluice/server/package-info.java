/**
 * The gateway put together, and its command line. {@code Main} has the commands; {@code ServeCommand} starts a
 * {@code GatewayProcess}, which is the life of the whole: its {@code Assembly} makes all parts from a configuration and the
 * chosen {@code Providers}, {@code Listeners} opens both ports, {@code Reloader} exchanges the configuration, {@code Signals}
 * end it. {@code AdminPort}, {@code AdminRoutes} and {@code OperationsView} are the way to operations, {@code SecondGateway} is
 * what the probe measures, and {@code DemoCommand} shows all of it on one machine.
 *
 * <p>No request passes through here: its life is in {@code sluice.forward}, and its doors are {@code sluice.edge} and
 * {@code sluice.turns}.
 */
package sluice.server;
