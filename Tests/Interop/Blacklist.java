import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A blacklist as Spring's RedisTemplate keeps it where only the values have a serializer of their
 * own: keys are what ObjectOutputStream makes of a string.
 *
 * <p>usage: java Blacklist.java PORT, then lines of words; texts are base64 of UTF-8:
 * logout TEXT MILLISECONDS, accepts TEXT, keys
 */
public final class Blacklist {
    private final OutputStream out;
    private final DataInputStream in;

    private Blacklist(Socket socket) throws IOException {
        out = socket.getOutputStream();
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(arguments[0]))) {
            Blacklist blacklist = new Blacklist(socket);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    answers.println("ok " + blacklist.answer(line.split(" ")));
                } catch (IOException | ClassNotFoundException | RuntimeException error) {
                    answers.println("error " + error);
                }
            }
        }
    }

    private String answer(String[] words) throws IOException, ClassNotFoundException {
        switch (words[0]) {
            case "logout":
                call(ascii("PSETEX"), key(words[1]), ascii(words[2]), ascii("blacklisted"));
                return "";
            case "accepts":
                return call(ascii("EXISTS"), key(words[1])).equals(0L) ? "yes" : "no";
            case "keys":
                List<String> texts = new ArrayList<>();
                for (Object found : (List<?>) call(ascii("KEYS"), ascii("*"))) {
                    ObjectInputStream stream =
                        new ObjectInputStream(new ByteArrayInputStream((byte[]) found));
                    String text = (String) stream.readObject();
                    texts.add(
                        Base64.getEncoder()
                            .encodeToString(text.getBytes(StandardCharsets.UTF_8)));
                }
                return String.join(" ", texts);
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private static byte[] key(String word) throws IOException {
        String text = new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(text);
        }
        return bytes.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Object call(byte[]... words) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(ascii("*" + words.length + "\r\n"));
        for (byte[] word : words) {
            request.writeBytes(ascii("$" + word.length + "\r\n"));
            request.writeBytes(word);
            request.writeBytes(ascii("\r\n"));
        }
        out.write(request.toByteArray());
        out.flush();
        return reply();
    }

    private Object reply() throws IOException {
        int kind = in.readUnsignedByte();
        String head = line();
        switch (kind) {
            case '+':
                return head;
            case ':':
                return Long.parseLong(head);
            case '$':
                byte[] bytes = new byte[Integer.parseInt(head)];
                in.readFully(bytes);
                line();
                return bytes;
            case '*':
                List<Object> elements = new ArrayList<>();
                for (int left = Integer.parseInt(head); left > 0; left--) {
                    elements.add(reply());
                }
                return elements;
            default:
                throw new IOException(head);
        }
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.readUnsignedByte(); next != '\r'; next = in.readUnsignedByte()) {
            text.append((char) next);
        }
        in.readUnsignedByte();
        return text.toString();
    }
}
