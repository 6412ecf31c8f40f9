using System.Text;
using System.Text.Json.Nodes;
using Signals.Core.Definitions.Values;
using Signals.Definitions;
using Signals.Tests.Reliability;

namespace Signals.Tests.Core.Definitions;

/// <summary>Whatever the bytes are, the parser gives a definition or typed errors, within memory in proportion to the input.</summary>
[Category("Reliability")]
internal sealed class DefinitionFuzzTests
{
    // What a parse may allocate per byte of input, and besides: documents, objects of the model, and at most 100 errors.
    private const long BytesPerByte = 200;
    private const long BytesBesides = 1 << 20;

    private static readonly byte[] Sample = DefinitionSamples.Full().ToUtf8Json().ToArray();

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ",", "\"", "null", "true", "1e999", "-0", "0.5",
        "99999999999999999999", "\"\\ud800\"", "\"\\u0000\"", "\xFF", "//", " ", "\"name\"", "\"where\"",
        "\"not\"", "\"all\"", "\"column\"", "\"feature\"", "\"parameter\"", "\"90d\"",
    ];

    [Test]
    public void Parse_MutatedBytes_GivesOnlyTypedErrors()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < TestScale.Of(10_000); i++)
        {
            byte[] bytes = Mutated(random);
            accepted += Accepts(bytes, $"seed {seed}, case {i}") ? 1 : 0;
        }

        Assert.That(accepted, Is.GreaterThan(0), $"seed {seed}: nothing near the sample is a definition");
    }

    [Test]
    public void Parse_MutatedDocuments_GivesOnlyTypedErrors()
    {
        int seed = Environment.TickCount;
        var mutator = new JsonMutator(new Random(seed));
        JsonNode sample = JsonNode.Parse(Sample)!;
        int accepted = 0;
        for (int i = 0; i < TestScale.Of(3000); i++)
        {
            accepted += Accepts(Encoding.UTF8.GetBytes(mutator.Mutate(sample).ToJsonString()), $"seed {seed}, case {i}") ? 1 : 0;
        }

        Assert.That(accepted, Is.GreaterThan(0), $"seed {seed}");
    }

    [Test]
    public void Parse_RandomTokens_GivesOnlyTypedErrors()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < TestScale.Of(10_000); i++)
        {
            string text = "{" + string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Tokens[random.Next(Tokens.Length)]));
            Accepts(Encoding.Latin1.GetBytes(text), $"seed {seed}, case {i}: {text}");
        }
    }

    [TestCaseSource(nameof(HostileDocuments))]
    public void Parse_HostileDocument_IsRefusedWithinItsMemory(string prefix, string part, string suffix)
    {
        var text = new StringBuilder(prefix);
        while (text.Length + part.Length + suffix.Length < DefinitionLimits.MaxJsonBytes)
        {
            text.Append(part);
        }

        Assert.That(Accepts(Encoding.UTF8.GetBytes(text.Append(suffix).ToString()), prefix), Is.False);
    }

    private static IEnumerable<TestCaseData> HostileDocuments()
    {
        yield return new TestCaseData("", "{\"not\":", "").SetArgDisplayNames("deep");
        yield return new TestCaseData("{\"sources\":[", "{},", "{}]}").SetArgDisplayNames("many sources");
        yield return new TestCaseData("{\"where\":{\"all\":[", "{\"all\":[]},", "1]}}").SetArgDisplayNames("many conditions");
        yield return new TestCaseData("{\"where\":{\"column\":\"x\",\"in\":[", "1,", "1]}}").SetArgDisplayNames("large set");
        yield return new TestCaseData("{", "\"name\":\"x\",", "\"name\":1}").SetArgDisplayNames("one key again and again");
        yield return new TestCaseData("{\"size\":", "9", "}").SetArgDisplayNames("long number");
        yield return new TestCaseData("{\"", "k", "\":1}").SetArgDisplayNames("long key");
        yield return new TestCaseData("{\"name\":\"", "\\u0041", "\"}").SetArgDisplayNames("long text");
        yield return new TestCaseData("{\"columns\":[", "{\"column\":\"x\",\"x\":0},", "1]}").SetArgDisplayNames("many errors");
    }

    private static byte[] Mutated(Random random)
    {
        List<byte> bytes = [.. Sample];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)));
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] ^ (1 << random.Next(8)));
                    break;
            }

            if (bytes.Count == 0)
            {
                bytes.Add(0);
            }
        }

        return [.. bytes];
    }

    private static bool Accepts(byte[] bytes, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = SequenceDefinition.TryParse(bytes, out SequenceDefinition? definition, out IReadOnlyList<DefinitionError> errors);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.LessThan((BytesPerByte * bytes.Length) + BytesBesides), what);
        Assert.That(errors, Has.Count.LessThanOrEqualTo(DefinitionLimits.MaxErrors), what);
        Assert.That(errors.Count == 0, Is.EqualTo(accepted), what);
        if (accepted)
        {
            Assert.That(SequenceDefinition.Parse(definition!.ToUtf8Json().Span), Is.EqualTo(definition), what);
        }

        return accepted;
    }
}
