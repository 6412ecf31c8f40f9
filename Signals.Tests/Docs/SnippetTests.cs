using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Signals.Generators;
using Signals.Tests.Architecture;

namespace Signals.Tests.Docs;

/// <summary>Every C# block of the documentation compiles against the product as it is.</summary>
internal sealed partial class SnippetTests
{
    private const string Usings = """
        using System; using System.Collections.Generic; using System.Globalization; using System.IO; using System.Linq;
        using System.Threading; using System.Threading.Tasks; using Microsoft.AspNetCore.Builder; using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection; using Signals; using Signals.Checkpoints; using Signals.Definitions;
        using Signals.Enrichment;
        using Signals.Hosting; using Signals.Maintenance; using Signals.Offline; using Signals.Scanning; using Signals.Serving;
        using Microsoft.Extensions.Hosting; using Orleans.Configuration; using Orleans.Hosting; using Signals.Kafka; using Signals.Orleans;
        using Signals.Parquet;
        using Signals.Arrow; using Signals.Dashboard; using Signals.Training;
        """;

    // What a page's code may take for granted; a local of the same name hides it.
    private const string Given = """
        internal static class EnrichmentSteps { public static IEnrichmentStep ItemPrice => null!; }
        internal static class Snippet
        {
            private static readonly string path = "";
            private static readonly string[] args = [];
            private static readonly SignalStore store = null!;
            private static readonly StoreSchema schema = null!;
            private static readonly SequenceDefinition homeFeed = null!;
            private static readonly Stream stream = null!;
            private static readonly ServedSequence sequence = default;
            private static readonly UserId[] users = [];
            private static readonly IReadOnlyList<LoggedRequest> requests = [];
            private static readonly IReadOnlyList<TrainingLabel> labels = [];
            private static readonly ITrainingSink sink = null!;
            private static readonly FeatureProfile baseline = null!;
            private static readonly IClusterStore cluster = null!;
            private static readonly CancellationToken cancellationToken;
            private static readonly IEnumerable<(string Member, long Score)> sortedSet = [];
            private static readonly IEnumerable<(long Row, UserId User, long TimeMs, ulong Id, long Item)> oldRows = [];
            private static async Task RunAsync()
            {
                await Task.CompletedTask;
        """;

    // The events of a page that declares none in the block itself.
    private const string GivenEvents = """

        [Event("view")]
        internal readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id)
        {
            public long Item { get; init; }
            public float? DwellSeconds { get; init; }
            public string? Country { get; init; }
            [Vector(64)] public ReadOnlyMemory<Half> Embedding { get; init; }
        }

        [Event("purchase")]
        internal readonly partial record struct Purchase(UserId User, DateTimeOffset Time, ulong Id, long Item);
        """;

    private static readonly string Root = SourceFile.RepositoryRoot();

    private static readonly Lazy<ImmutableArray<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))]);

    public static IEnumerable<TestCaseData> Blocks() => Pages()
        .SelectMany(page => CSharpBlock().Matches(File.ReadAllText(page)).Select((block, i) =>
            new TestCaseData(block.Groups[1].Value).SetArgDisplayNames(Path.GetRelativePath(Root, page), $"block {i + 1}")));

    [TestCaseSource(nameof(Blocks))]
    public void Block_Compiled_HasNoErrors(string code) => Assert.That(Compile(code), Is.Empty);

    [Test]
    public void Block_WithAnError_IsReported() => Assert.That(Compile("store.Apend(null);"), Is.Not.Empty);

    [Test]
    public void Pages_HoldBlocks() => Assert.That(Blocks().Count(), Is.GreaterThan(10));

    private static IEnumerable<string> Pages() =>
    [
        Path.Combine(Root, "README.md"),
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
        .. Directory.EnumerateFiles(Root, "PACKAGE.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
    ];

    private static string[] Compile(string code)
    {
        string[] lines = code.Split('\n');
        string own = string.Join('\n', lines.Where(IsUsing));
        string body = string.Join('\n', lines.Where(line => !IsUsing(line)));
        int events = body.IndexOf("[Event(", StringComparison.Ordinal);
        string types = events < 0 ? GivenEvents : body[events..];
        string statements = events < 0 ? body : body[..events];
        string text = Declaration().IsMatch(statements) ? $"{Usings}\n{own}\n{statements}"
            : string.IsNullOrWhiteSpace(statements) ? $"{Usings}\n{own}\n{types}"
            : $"{Usings}\n{own}\n{Given}\n{statements}\n}}\n}}\n{types}";
        CSharpParseOptions options = new(LanguageVersion.Latest);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "snippet",
            [CSharpSyntaxTree.ParseText(text, options)],
            References.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create([new EventGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation complete, out ImmutableArray<Diagnostic> findings);
        return
        [
            .. complete.GetDiagnostics().Concat(findings).Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{d}\n{text}"),
        ];
    }

    private static bool IsUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal)
        && !line.Contains('(', StringComparison.Ordinal);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"^(public|internal|sealed|static)\b.*\bclass\b", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
