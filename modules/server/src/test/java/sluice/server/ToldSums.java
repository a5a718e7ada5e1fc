package sluice.server;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was spent this month, as {@code /admin/money} tells it. */
final class ToldSums {
    private static final Pattern SUM = Pattern.compile("\"kind\":\"(\\w+)\",\"name\":\"([^\"]+)\".*?\"spent_this_month_usd\":([0-9.E-]+)");

    private ToldSums() {
    }

    /** In billionths of a dollar, by kind and name with a blank between them. */
    static Map<String, Long> of(String page) {
        Map<String, Long> sums = new TreeMap<>();
        Matcher sum = SUM.matcher(page);
        while (sum.find()) {
            sums.put(sum.group(1) + " " + sum.group(2), new BigDecimal(sum.group(3)).movePointRight(9).longValueExact());
        }
        return sums;
    }
}
