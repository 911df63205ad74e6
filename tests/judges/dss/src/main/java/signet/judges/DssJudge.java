package signet.judges;

import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.diagnostic.jaxb.XmlObjectModification;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.policy.ValidationPolicy;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.policy.ValidationPolicyLoader;
import eu.europa.esig.dss.validation.reports.Reports;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * Judges PDF files with the default policy of EU DSS, offline, trusting the certificates of one PEM file and nobody else.
 *
 * <p>Reads one question per line and answers each with one line of JSON, so that one JVM serves a whole test run, whatever root its
 * files stand under. A question is the PEM file of the root, the file to judge and the seconds since 1970 at which it shall be judged
 * (nothing: now), with tabulators between them.
 */
public final class DssJudge {
    private final ValidationPolicy policy = ValidationPolicyLoader.fromDefaultValidationPolicy().create();

    private static CommonTrustedCertificateSource trusted(String roots) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        try (InputStream pem = new FileInputStream(roots)) {
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.addCertificate(new CertificateToken((X509Certificate) root));
            }
        }
        return trusted;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);  // nothing but answers on the standard output
        DssJudge judge = new DssJudge();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String question = questions.readLine(); question != null; question = questions.readLine()) {
            String[] parts = question.split("\t", -1);
            answers.println(judge.verdict(parts[0], parts[1], parts[2]));
        }
    }

    private String verdict(String roots, String path, String time) {
        try {
            // A verifier of its own for each file, without sources of revocation or certificates: nothing is fetched.
            CommonCertificateVerifier verifier = new CommonCertificateVerifier();
            verifier.setTrustedCertSources(trusted(roots));
            verifier.setAIASource(null);
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(new File(path)));
            validator.setCertificateVerifier(verifier);
            if (!time.isEmpty()) {
                validator.setValidationTime(new Date(Long.parseLong(time) * 1000));
            }
            Reports reports = validator.validateDocument(policy);
            List<String> signatures = new ArrayList<>();
            for (String id : reports.getSimpleReport().getSignatureIdList()) {
                signatures.add(signature(reports.getSimpleReport(), reports.getDiagnosticData().getSignatureById(id)));
            }
            List<String> timeStamps = new ArrayList<>();
            for (TimestampWrapper timeStamp : reports.getDiagnosticData().getTimestampList()) {
                timeStamps.add(timeStamp(reports.getSimpleReport(), timeStamp));
            }
            return "{\"signatures\":[" + String.join(",", signatures) + "],\"timeStamps\":[" + String.join(",", timeStamps) + "]}";
        } catch (Exception | StackOverflowError | OutOfMemoryError problem) {
            return "{\"error\":" + quoted(problem.toString()) + "}";
        }
    }

    private static String signature(SimpleReport report, SignatureWrapper signature) {
        String id = signature.getId();
        PDFRevisionWrapper revision = signature.getPDFRevision();
        SubIndication why = report.getSubIndication(id);
        return "{" + String.join(",",
                "\"fields\":" + strings(revision == null ? List.of() : revision.getSignatureFieldNames()),
                "\"indication\":" + quoted(report.getIndication(id).toString()),
                "\"subIndication\":" + quoted(why == null ? "" : why.toString()),
                "\"level\":" + quoted(report.getSignatureFormat(id).toString()),
                "\"errors\":" + messages(report.getAdESValidationErrors(id)),
                "\"warnings\":" + messages(report.getAdESValidationWarnings(id)),
                "\"changes\":" + (revision == null ? "{}" : changes(revision))) + "}";
    }

    private static String timeStamp(SimpleReport report, TimestampWrapper timeStamp) {
        String id = timeStamp.getId();
        PDFRevisionWrapper revision = timeStamp.getPDFRevision();
        return "{" + String.join(",",
                "\"type\":" + quoted(timeStamp.getType().toString()),
                "\"fields\":" + strings(revision == null ? List.of() : revision.getSignatureFieldNames()),
                "\"indication\":" + quoted(report.getIndication(id).toString()),
                "\"errors\":" + messages(report.getAdESValidationErrors(id)),
                "\"warnings\":" + messages(report.getAdESValidationWarnings(id)),
                "\"changes\":" + (revision == null ? "{}" : changes(revision))) + "}";
    }

    private static String changes(PDFRevisionWrapper revision) {
        return "{" + String.join(",",
                "\"extension\":" + modifications(revision.getPdfExtensionChanges()),
                "\"signatureOrFormFill\":" + modifications(revision.getPdfSignatureOrFormFillChanges()),
                "\"annotation\":" + modifications(revision.getPdfAnnotationChanges()),
                "\"undefined\":" + modifications(revision.getPdfUndefinedChanges()),
                "\"overlapPages\":" + revision.getPdfAnnotationsOverlapConcernedPages(),
                "\"visualDifferencePages\":" + revision.getPdfVisualDifferenceConcernedPages(),
                "\"pageDifferencePages\":" + revision.getPdfPageDifferenceConcernedPages()) + "}";
    }

    private static String modifications(List<XmlObjectModification> modifications) {
        List<String> all = new ArrayList<>();
        for (XmlObjectModification one : modifications) {
            all.add(one.getAction() + " " + one.getValue());
        }
        return strings(all);
    }

    private static String messages(List<Message> messages) {
        List<String> all = new ArrayList<>();
        for (Message message : messages) {
            all.add("[" + quoted(message.getKey()) + "," + quoted(message.getValue()) + "]");
        }
        return "[" + String.join(",", all) + "]";
    }

    private static String strings(List<String> texts) {
        List<String> all = new ArrayList<>();
        for (String text : texts) {
            all.add(quoted(text));
        }
        return "[" + String.join(",", all) + "]";
    }

    /** A JSON string; everything but printable ASCII is escaped. */
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : String.valueOf(text).toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
