package sluice.api;

/** A service provider that the configuration picks by name, such as {@code body: splice}. */
public interface Named {
    /** The provider's name: lower-case letters, digits and hyphens, unique among the providers of its service. */
    String name();
}
