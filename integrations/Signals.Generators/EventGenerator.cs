using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Signals.Generators;

/// <summary>
/// Implements what a store needs for each struct with <c>[Event]</c>. Incremental: what did not change is not generated again.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class EventGenerator : IIncrementalGenerator
{
    internal const string Attribute = "Signals.EventAttribute";

    /// <summary>The name of the step that holds what is generated; tests look at it.</summary>
    internal const string ModelStep = "Models";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ParsedEvent> events = context.SyntaxProvider.ForAttributeWithMetadataName(
            Attribute,
            static (node, _) => node is TypeDeclarationSyntax,
            static (type, cancellationToken) => new EventParser(type).Parse(cancellationToken));
        context.RegisterSourceOutput(
            events.Select(static (parsed, _) => parsed.Model).Where(static model => model is not null).WithTrackingName(ModelStep),
            static (output, model) => output.AddSource(
                model!.FileName + ".g.cs", SourceText.From(new EventEmitter(model).Emit(), Encoding.UTF8)));
        context.RegisterSourceOutput(
            events.SelectMany(static (parsed, _) => parsed.Findings),
            static (output, finding) => output.ReportDiagnostic(finding.ToDiagnostic()));
        context.RegisterSourceOutput(
            events.Collect(),
            static (output, all) => ReportDuplicates(output, all));
    }

    private static void ReportDuplicates(SourceProductionContext output, ImmutableArray<ParsedEvent> all)
    {
        Dictionary<string, ParsedEvent> known = new(StringComparer.Ordinal);
        foreach (ParsedEvent parsed in all.Where(parsed => parsed.EventType.Length > 0))
        {
            if (!known.TryGetValue(parsed.EventType, out ParsedEvent? first))
            {
                known.Add(parsed.EventType, parsed);
            }
            else
            {
                Finding finding = new(Rules.EventTwice, parsed.Place, first.TypeName, parsed.TypeName, parsed.EventType);
                output.ReportDiagnostic(finding.ToDiagnostic());
            }
        }
    }
}
