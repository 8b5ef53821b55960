import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.regex.*;

/**
 * Answers questions about java.util.regex, a line each: a pattern and a text in,
 * and out after them where Matcher.find finds it and how Pattern.split cuts.
 * answers.txt is what Java 17 says; its own first two words are the questions.
 *
 * <pre>java testdata/Answers.java < testdata/answers.txt > new.txt</pre>
 */
public class Answers {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out));
        for (String line; (line = in.readLine()) != null; ) {
            String[] words = line.split(" ", -1);
            out.println(words[0] + " " + words[1] + " " + answer(read(words[0]), read(words[1])));
        }
        out.flush();
    }

    static String answer(String pattern, String text) {
        StringBuilder b = new StringBuilder("find");
        try {
            Pattern p = Pattern.compile(pattern);
            for (Matcher m = p.matcher(text); m.find(); )
                b.append(" ").append(m.start()).append(",").append(m.end());
            b.append(" split");
            for (String s : p.split(text)) {
                byte[] utf8 = s.getBytes(StandardCharsets.UTF_8); // half a character becomes "?"
                b.append(" <").append(write(new String(utf8, StandardCharsets.UTF_8))).append(">");
            }
        } catch (RuntimeException e) {
            return "refused";
        }
        return b.toString();
    }

    /** All but plain ASCII as four hexadecimal digits after a backslash and u. */
    static String write(String s) {
        StringBuilder b = new StringBuilder();
        for (char c : s.toCharArray())
            b.append(c <= 32 || c > 126 || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        return b.toString();
    }

    static String read(String s) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) == '\\') {
                b.append((char) Integer.parseInt(s.substring(i + 2, i + 6), 16));
                i += 5;
            } else
                b.append(s.charAt(i));
        }
        return b.toString();
    }
}
