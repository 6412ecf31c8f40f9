using Microsoft.CodeAnalysis;

namespace Signals.Tests.Generators;

/// <summary>What is generated compiles without a warning wherever the event stands, and is generated again only when it changes.</summary>
[Category("Fast")]
internal sealed class EventGeneratorTests
{
    private const string Members = """
        (UserId User, DateTimeOffset Time, ulong Id)
        {
            public bool Liked { get; init; }
            public sbyte I8 { get; init; }
            public byte U8 { get; init; }
            public short? I16 { get; init; }
            public ushort U16 { get; init; }
            public int? I32 { get; init; }
            public uint U32 { get; init; }
            public long Item { get; init; }
            public ulong? U64 { get; init; }
            public Half F16 { get; init; }
            public float? DwellSeconds { get; init; }
            [Column(StoreNull = true)] public double? F64 { get; init; }
            public DayOfWeek Day { get; init; }
            public DayOfWeek? Other { get; init; }
            public required string Country { get; init; }
            [Column("q", StoreNull = true)] public string? Query { get; init; }
            public ReadOnlyMemory<byte> Raw { get; init; }
            [Column(StoreNull = true)] public ReadOnlyMemory<byte>? RawOrNull { get; init; }
            public required byte[] Blob { get; init; }
            [Enrichment] public byte[]? BlobOrNull { get; init; }
            [Vector(64)] public ReadOnlyMemory<Half> Embedding { get; init; }
            [Vector(2), Enrichment] public ReadOnlyMemory<float>? Place { get; init; }
            [Vector(3)] public required sbyte[] Codes { get; init; }
            [Vector(3), Column(StoreNull = true)] public float[]? Scores { get; init; }
            [Enrichment] public float? ItemPrice { get; init; }
            [Obsolete("use Item")] public int @class { get; init; }
        }
        """;

    [TestCase("[Event(\"a\")] public readonly partial record struct A")]
    [TestCase("namespace Shop.Events;\n[Event(\"a\", KeepLast = 5, MaxAgeDays = 0.5, WindowHours = 2)]\n"
        + "internal readonly partial record struct A")]
    [TestCase("namespace Shop\n{\n[Event(\"a\")] public partial record struct A")]
    [TestCase("namespace @event.@class;\n[Event(\"a\")] public readonly partial record struct @struct")]
    [TestCase("public static partial class Shop { public partial record Page { private readonly partial struct Deep {\n"
        + "[Event(\"a\")] private readonly partial record struct A")]
    [TestCase("public partial interface IShop { public partial record struct R {\n"
        + "[Event(\"a\")] internal readonly partial record struct A")]
    public void Event_WithEveryKindOfColumn_CompilesWithoutWarnings(string head)
    {
        GeneratorRun run = new(head + Members + new string('}', head.Count(c => c == '{')));
        Assert.That(run.Findings, Is.Empty);
        Assert.That(run.Complaints, Is.Empty, string.Join('\n', run.Complaints.Concat(run.Generated)));
        Assert.That(run.Generated, Has.Length.EqualTo(1));
    }

    [Test]
    public void Event_AsAPlainStruct_CompilesWithoutWarnings()
    {
        GeneratorRun run = new("""
            [Event("a")]
            public partial struct A
            {
                public ulong Id { get; set; }
                public UserId Member { get; set; }
                public long TimeMs { get; set; }
                public required long Item { get; set; }
            }
            """);
        Assert.That(run.Complaints, Is.Empty, string.Join('\n', run.Complaints.Concat(run.Generated)));
    }

    [Test]
    public void Event_WithoutColumns_CompilesWithoutWarnings()
    {
        GeneratorRun run = new("[Event(\"a\")] public readonly partial record struct A(UserId User, DateTimeOffset Time, ulong Id);");
        Assert.That(run.Complaints, Is.Empty, string.Join('\n', run.Complaints.Concat(run.Generated)));
    }

    [Test]
    public void Names_ByConvention_AreLowerCaseWithUnderscores()
    {
        GeneratorRun run = new("""
            [Event("a")]
            public readonly partial record struct A(UserId User, DateTimeOffset Time, ulong Id, int ItemId)
            {
                public int HTTPStatus { get; init; }
                public int Item2 { get; init; }
                public int snake_case { get; init; }
                public int X { get; init; }
                public int Price_USD { get; init; }
                [Column("as.Given-1")] public int Given { get; init; }
            }
            """);
        Assert.That(run.Complaints, Is.Empty);
        foreach (string name in new[] { "item_id", "http_status", "item2", "snake_case", "x", "price_usd", "as.Given-1" })
        {
            Assert.That(run.Generated.Single(), Does.Contain($"<int>(\"{name}\")"));
        }
    }

    [Test]
    public void Run_AfterAnEditElsewhere_GeneratesNothingAgain()
    {
        GeneratorRun run = new(
            "[Event(\"a\")] public readonly partial record struct A(UserId User, DateTimeOffset Time, ulong Id, int X);",
            "public static class Other { }");
        Assert.That(run.Reasons, Is.EqualTo(new[] { IncrementalStepRunReason.New }));
        run.Replace(1, "public static class Other { public static int More => 1; }");
        Assert.That(run.Reasons, Is.All.EqualTo(IncrementalStepRunReason.Unchanged).Or.EqualTo(IncrementalStepRunReason.Cached));
        Assert.That(run.OutputReasons, Is.All.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void Run_AfterAnEditAboveTheEvent_GeneratesNothingAgain()
    {
        const string Event = "[Event(\"a\")] public readonly partial record struct A(UserId User, DateTimeOffset Time, ulong Id, int X);";
        GeneratorRun run = new(Event);
        run.Replace(0, "public static class Above { }\n\n" + Event);
        Assert.That(run.Reasons, Is.All.EqualTo(IncrementalStepRunReason.Unchanged).Or.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void Run_AfterAnEditOfTheEvent_GeneratesItAgain()
    {
        const string Event = "[Event(\"a\")] public readonly partial record struct A(UserId User, DateTimeOffset Time, ulong Id, int X);";
        GeneratorRun run = new(Event);
        run.Replace(0, Event.Replace("int X", "long X", StringComparison.Ordinal));
        Assert.That(run.Reasons, Is.EqualTo(new[] { IncrementalStepRunReason.Modified }));
        Assert.That(run.Generated.Single(), Does.Contain("<long>(\"x\")"));
    }
}
