package sluice.api;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One change of a request body. Paths are object members joined by dots ({@code reasoning.effort}). Where a member is
 * repeated, every occurrence is changed.
 */
public sealed interface BodyEdit {
    /**
     * Puts {@code json} at {@code path}; adds the member, as the last one of its object, if it is missing and its parent
     * object exists or is the body itself. A parent that is missing or {@code null} is created; a parent that holds any
     * other kind of value is left as it is, and nothing is put.
     *
     * @param path names from the body down, joined by dots
     * @param json one valid JSON value, UTF-8
     */
    record Put(String path, String json) implements BodyEdit {
        /** For people. */
        @Override
        public String toString() {
            return path + " = " + json;
        }
    }

    /**
     * Removes the member at {@code path}, and exactly one comma with it, if it is there.
     *
     * @param path names from the body down, joined by dots
     */
    record Remove(String path) implements BodyEdit {
        /** For people. */
        @Override
        public String toString() {
            return path + " is removed";
        }
    }

    /**
     * Corrects the items of {@code input}, if that is an array, and leaves everything else as it is.
     *
     * @param corrections all of them in one pass
     */
    record CorrectInput(Set<InputCorrection> corrections) implements BodyEdit {
        /** Copies the set. */
        public CorrectInput {
            corrections = Set.copyOf(corrections);
        }

        /** For people. */
        @Override
        public String toString() {
            return "input: " + corrections.stream().map(one -> one.name().toLowerCase(Locale.ROOT).replace('_', '-')).sorted()
                    .collect(Collectors.joining(", "));
        }
    }

    /** Changes of the items of {@code input}. */
    enum InputCorrection {
        /** Removes the {@code id} of every item, except of item references, which are nothing but an id. */
        DROP_ITEM_IDS,
        /** Removes items of type {@code item_reference}. */
        DROP_ITEM_REFERENCES,
        /** Removes {@code reasoning} items that carry {@code encrypted_content} other than {@code null}. */
        DROP_ENCRYPTED_REASONING
    }
}
