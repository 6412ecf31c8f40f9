using Microsoft.CodeAnalysis;

namespace Signals.Tests.Generators;

/// <summary>What cannot be mapped is reported at its place, with an id, and nothing is generated for it.</summary>
[Category("Fast")]
internal sealed class EventDiagnosticTests
{
    private const string Identity = "(UserId User, DateTimeOffset Time, ulong Id)";

    [TestCase("SIGNALS001", $"[Event(\"a\")] public readonly record struct A{Identity};", "A")]
    [TestCase("SIGNALS001", $"public class Shop {{ [Event(\"a\")] public readonly partial record struct A{Identity}; }}", "A")]
    [TestCase("SIGNALS002", $"[Event(\"a\")] public sealed partial record A{Identity};", "A")]
    [TestCase("SIGNALS002", "[Event(\"a\")] public partial class A { public UserId User { get; set; } public long TimeMs { get; set; } "
        + "public ulong Id { get; set; } }", "A")]
    [TestCase("SIGNALS002", "[Event(\"a\")] public ref partial struct A { public UserId User { get; set; } "
        + "public long TimeMs { get; set; } public ulong Id { get; set; } }", "A")]
    [TestCase("SIGNALS002", $"[Event(\"a\")] file readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS003", $"[Event(\"a\")] public readonly partial record struct A<T>{Identity};", "A")]
    [TestCase("SIGNALS003", $"public partial class Shop<T> {{ [Event(\"a\")] public readonly partial record struct A{Identity}; }}", "A")]
    [TestCase("SIGNALS004", $"[Event(\"a view\")] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS004", $"[Event(\"\")] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS005", $"[Event(\"a\", KeepLast = 0)] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS005", $"[Event(\"a\", MaxAgeDays = -1)] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS004", $"[Event(\"a\"), RenamedFrom(\"b c\")] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS004", $"[Event(\"a\"), RenamedFrom(\"a\")] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS004",
        $"[Event(\"a\"), RenamedFrom(\"b\"), RenamedFrom(\"b\")] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS005", $"[Event(\"a\", MaxAgeDays = double.NaN)] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS005", $"[Event(\"a\", WindowHours = 1e9)] public readonly partial record struct A{Identity};", "A")]
    [TestCase("SIGNALS006", "[Event(\"a\")] public readonly partial record struct A(DateTimeOffset Time, ulong Id);", "A")]
    [TestCase("SIGNALS006", "[Event(\"a\")] public readonly partial record struct A(UserId User, ulong Id);", "A")]
    [TestCase("SIGNALS006", "[Event(\"a\")] public readonly partial record struct A(UserId User, DateTimeOffset Time);", "A")]
    [TestCase("SIGNALS006", "[Event(\"a\")] public readonly partial record struct A(UserId User, DateTimeOffset Time, long Id);", "Id")]
    [TestCase("SIGNALS006", "[Event(\"a\")] public readonly partial record struct A(UserId User, DateTime Time, ulong Id);", "Time")]
    [TestCase("SIGNALS006", "[Event(\"a\")] public readonly partial record struct A(UserId User, UserId Friend, long TimeMs, ulong Id);",
        "Friend")]
    [TestCase("SIGNALS006",
        "[Event(\"a\")] public readonly partial record struct A(UserId User, long TimeMs, DateTimeOffset Time, ulong Id);", "Time")]
    public void Event_ThatCannotBeMapped_IsReported(string id, string source, string at) => RequireOne(id, source, at);

    [TestCase("SIGNALS004", "public int Größe { get; init; }", "Größe")]
    [TestCase("SIGNALS004", "[Column(\"a b\")] public int Size { get; init; }", "Size")]
    [TestCase("SIGNALS004", "[RenamedFrom(\"a b\")] public int Size { get; init; }", "Size")]
    [TestCase("SIGNALS007", "public int Size { get; }", "Size")]
    [TestCase("SIGNALS007", "public int Size { init { } }", "Size")]
    [TestCase("SIGNALS007", "[Column(\"size\")] public int Size => 1;", "Size")]
    [TestCase("SIGNALS007", "[Column(\"size\")] internal int Size { get; init; }", "Size")]
    [TestCase("SIGNALS007", "[NotStored, Enrichment] public int? Size { get; init; }", "Size")]
    [TestCase("SIGNALS007", "[NotStored] public required int Size { get; init; }", "Size")]
    [TestCase("SIGNALS008", "public ReadOnlyMemory<Half> Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS008", "public float[]? Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS008", "[Vector(0)] public ReadOnlyMemory<Half> Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS008", "[Vector(16385)] public ReadOnlyMemory<Half> Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS009", "[Vector(4)] public float Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS009", "[Vector(4)] public ReadOnlyMemory<double> Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS009", "[Vector(4)] public ReadOnlyMemory<byte> Vector { get; init; }", "Vector")]
    [TestCase("SIGNALS010", "public decimal Price { get; init; }", "Price")]
    [TestCase("SIGNALS010", "public Guid Session { get; init; }", "Session")]
    [TestCase("SIGNALS010", "public DateTime? When { get; init; }", "When")]
    [TestCase("SIGNALS010", "public object? Any { get; init; }", "Any")]
    [TestCase("SIGNALS010", "public int[]? Items { get; init; }", "Items")]
    [TestCase("SIGNALS010", "public byte[,]? Items { get; init; }", "Items")]
    [TestCase("SIGNALS010", "public Memory<byte> Raw { get; init; }", "Raw")]
    [TestCase("SIGNALS011", "[Enrichment] public float Price { get; init; }", "Price")]
    [TestCase("SIGNALS011", "[Enrichment] public ReadOnlyMemory<byte> Raw { get; init; }", "Raw")]
    [TestCase("SIGNALS012", "public int ItemId { get; init; } public int ItemID { get; init; }", "ItemID")]
    [TestCase("SIGNALS012", "public int Size { get; init; } [Column(\"size\")] public int Width { get; init; }", "Width")]
    [TestCase("SIGNALS012", "public int Size { get; init; } [RenamedFrom(\"size\")] public int Width { get; init; }", "Width")]
    [TestCase("SIGNALS012", "[RenamedFrom(\"x\")] public int A { get; init; } [RenamedFrom(\"x\")] public int B { get; init; }", "B")]
    [TestCase("SIGNALS014", "public int Row { get; init; }", "Row")]
    [TestCase("SIGNALS014", "[Vector(4)] public float[]? V { get; init; } public int VDimensions { get; init; }", "VDimensions")]
    [TestCase("SIGNALS014", "public string? Text { get; init; } public int TextUtf8 { get; init; }", "TextUtf8")]
    [TestCase("SIGNALS015", "[Column(StoreNull = true)] public int Size { get; init; }", "Size")]
    [TestCase("SIGNALS015", "[Enrichment, Column(StoreNull = true)] public int? Size { get; init; }", "Size")]
    public void Property_ThatCannotBeMapped_IsReported(string id, string property, string at) =>
        RequireOne(id, $"[Event(\"a\")] public readonly partial record struct A{Identity} {{ {property} }}", at);

    [Test]
    public void Events_OfOneName_AreReportedAtTheSecond()
    {
        GeneratorRun run = new(
            $"namespace One;\n[Event(\"view\")] public readonly partial record struct View{Identity};",
            $"namespace Two;\n[Event(\"view\")] public readonly partial record struct Look{Identity};");
        Assert.That(run.Findings.Select(finding => finding.Id), Is.EqualTo(new[] { "SIGNALS013" }));
        Assert.That(TextAt(run.Findings[0], run), Is.EqualTo("Look"));
        Assert.That(run.Findings[0].GetMessage(), Does.Contain("'View' and 'Look'").And.Contain("'view'"));
    }

    [Test]
    public void Properties_ThatAreNotColumns_AreLeftAlone()
    {
        GeneratorRun run = new($$"""
            [Event("a")]
            public readonly partial record struct A{{Identity}}
            {
                public int Size { get; init; }
                public int Double => 2 * Size;
                public int this[int i] => i;
                public static int Default { get; set; }
                internal int Inner { get; init; }
                [NotStored] public object? Tag { get; init; }
            }
            """);
        Assert.That(run.Findings, Is.Empty);
        Assert.That(run.Complaints, Is.Empty);
        Assert.That(run.Generated.Single(), Does.Contain("\"size\"").And.Not.Contain("double\"").And.Not.Contain("tag"));
    }

    [Test]
    public void Type_ThatDoesNotExist_IsLeftToTheCompiler()
    {
        GeneratorRun run = new($"[Event(\"a\")] public readonly partial record struct A{Identity} {{ public Missing M {{ get; init; }} }}");
        Assert.That(run.Findings, Is.Empty);
        Assert.That(run.Output.GetDiagnostics().Select(diagnostic => diagnostic.Id), Does.Contain("CS0246"));
    }

    private static void RequireOne(string id, string source, string at)
    {
        GeneratorRun run = new(source);
        Assert.That(run.Findings.Select(finding => finding.Id), Is.EqualTo(new[] { id }), string.Join('\n', run.Findings));
        Assert.That(TextAt(run.Findings[0], run), Is.EqualTo(at), run.Findings[0].ToString());
        Assert.That(run.Findings[0].Severity, Is.EqualTo(DiagnosticSeverity.Error));
        Assert.That(run.Generated, Is.Empty);
    }

    private static string TextAt(Diagnostic finding, GeneratorRun run)
    {
        SyntaxTree tree = run.Output.SyntaxTrees.Single(tree => tree.FilePath == finding.Location.GetLineSpan().Path);
        return tree.GetText().ToString(finding.Location.SourceSpan);
    }
}
