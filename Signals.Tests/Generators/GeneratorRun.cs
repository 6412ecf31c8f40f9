using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Signals.Generators;

namespace Signals.Tests.Generators;

/// <summary>The generator, run on sources in memory, and what the compiler says of the result. Threads: one.</summary>
internal sealed class GeneratorRun
{
    private static readonly Lazy<ImmutableArray<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))]);

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private CSharpCompilation _compilation;
    private GeneratorDriver _driver;

    public GeneratorRun(params string[] sources)
    {
        _compilation = CSharpCompilation.Create(
            "events",
            sources.Select((source, i) => Tree(source, $"Source{i}.cs")),
            References.Value,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));
        _driver = CSharpGeneratorDriver.Create(
            [new EventGenerator().AsSourceGenerator()],
            parseOptions: ParseOptions,
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));
        Run();
    }

    /// <summary>The sources together with what was generated.</summary>
    public Compilation Output { get; private set; } = null!;

    /// <summary>What the generator reports.</summary>
    public ImmutableArray<Diagnostic> Findings { get; private set; }

    /// <summary>The generated sources.</summary>
    public string[] Generated => [.. _driver.GetRunResult().GeneratedTrees.Select(tree => tree.ToString())];

    /// <summary>
    /// Everything that the compiler says of the result, warnings included; but not that the sources have no documentation.
    /// </summary>
    public string[] Complaints => [.. Output.GetDiagnostics()
        .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)
        .Where(diagnostic => diagnostic.Id != "CS1591" || !_compilation.ContainsSyntaxTree(diagnostic.Location.SourceTree))
        .Select(diagnostic => diagnostic.ToString())];

    /// <summary>For each event of the last run, whether its model is new, changed, or the one of the run before.</summary>
    public IncrementalStepRunReason[] Reasons => [.. _driver.GetRunResult().Results[0].TrackedSteps[EventGenerator.ModelStep]
        .SelectMany(step => step.Outputs).Select(output => output.Reason)];

    /// <summary>For each generated file of the last run, whether it was written anew.</summary>
    public IncrementalStepRunReason[] OutputReasons => [.. _driver.GetRunResult().Results[0].TrackedOutputSteps
        .SelectMany(step => step.Value).SelectMany(step => step.Outputs).Select(output => output.Reason)];

    /// <summary>Runs again after a source was replaced.</summary>
    public void Replace(int source, string text)
    {
        SyntaxTree old = _compilation.SyntaxTrees[source];
        _compilation = _compilation.ReplaceSyntaxTree(old, Tree(text, old.FilePath));
        Run();
    }

    private void Run()
    {
        _driver = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out Compilation output, out ImmutableArray<Diagnostic> findings);
        (Output, Findings) = (output, findings);
    }

    private static SyntaxTree Tree(string source, string path) => CSharpSyntaxTree.ParseText(
        "using System;\nusing Signals;\n" + source, ParseOptions, path);
}
