/**
 * The contracts of Sluice: values, sealed results and service interfaces. Start at {@link sluice.api}.
 *
 * <p>Requires {@code java.base} only, so that any module of Sluice can be embedded without the rest.
 */
module sluice.api {
    exports sluice.api;
}
