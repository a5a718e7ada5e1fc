/**
 * JSON (RFC 8259) as bytes, for everybody who must not make a tree of it.
 *
 * <ul>
 *   <li>{@link sluice.json.JsonWalk} passes over a whole text once and checks each byte.
 *   <li>{@link sluice.json.JsonReader} reads pieces of any size, and tells what stands at the {@link sluice.json.JsonPlace}s that
 *       somebody asks for.
 *   <li>{@link sluice.json.JsonMembers} steps over the members of one object that is known to be whole.
 *   <li>{@link sluice.json.JsonText} gives the text of a string literal, {@link sluice.json.JsonStrings} writes one, and
 *       {@link sluice.json.JsonNames} compares names of members, escapes or not.
 *   <li>{@link sluice.json.ByteSearch} finds bytes, eight at a time.
 * </ul>
 *
 * <p>It knows no protocol, makes no tree, and requires nothing but {@code java.base}.
 */
package sluice.json;
