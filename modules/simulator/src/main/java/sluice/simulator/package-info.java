/**
 * A simulated upstream of the Responses API. {@link sluice.simulator.SimulatedUpstream} starts one and knows what it received;
 * {@link sluice.simulator.Fault} says what is to go wrong; {@link sluice.simulator.Bill} is what it all cost. A request goes
 * through {@code HttpConnection} (or {@code WebSocketSession}), {@code FaultPlan}, {@code Routes}, {@code ResponseMaker} and
 * {@code SimulatedResponse}, which tells its events to {@code SseOut} over {@code BodyOut}. It never pretends to be intelligent.
 */
package sluice.simulator;
