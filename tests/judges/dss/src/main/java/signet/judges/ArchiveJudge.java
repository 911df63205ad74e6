package signet.judges;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.TreeSet;

/**
 * Asks veraPDF whether files are what they say they are: PDF/A of some part and level.
 *
 * <p>Prints one line for each file: its flavour and then the clauses that it breaks, or the flavour alone.
 */
public final class ArchiveJudge {
    private ArchiveJudge() {
    }

    public static void main(String[] files) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        VeraGreenfieldFoundryProvider.initialise();
        for (String file : files) {
            try (InputStream pdf = new FileInputStream(file); PDFAParser parser = Foundries.defaultInstance().createParser(pdf)) {
                PDFAFlavour flavour = parser.getFlavour();
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
                ValidationResult result = validator.validate(parser);
                TreeSet<String> broken = new TreeSet<>();
                for (TestAssertion assertion : result.getTestAssertions()) {
                    if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                        broken.add(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber());
                    }
                }
                answers.println((flavour.getId() + " " + String.join(" ", broken)).strip());
            }
        }
    }
}
