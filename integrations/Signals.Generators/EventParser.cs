using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Signals.Generators;

/// <summary>Reads one type with <c>[Event]</c>. For one thread and one type.</summary>
internal sealed class EventParser(GeneratorAttributeSyntaxContext context)
{
    private readonly INamedTypeSymbol _type = (INamedTypeSymbol)context.TargetSymbol;
    private readonly SourcePlace _place = SourcePlace.Of(((TypeDeclarationSyntax)context.TargetNode).Identifier.GetLocation());
    private readonly List<Finding> _findings = [];

    public ParsedEvent Parse(CancellationToken cancellationToken)
    {
        AttributeData attribute = context.Attributes[0];
        string name = attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string ?? "" : "";
        CheckDeclaration();
        if (!ColumnNames.IsValid(name))
        {
            Report(Rules.InvalidName, name, "an event type", "Change the name in [Event].");
        }

        EquatableList<string> limits = new(Renames(name).Concat(Limits(attribute)).Concat(Drops()));
        cancellationToken.ThrowIfCancellationRequested();
        PropertyReader properties = new(_type, _place, _findings);
        properties.Read();
        return new ParsedEvent
        {
            EventType = ColumnNames.IsValid(name) ? name : "",
            TypeName = _type.Name,
            Place = _place,
            Findings = new EquatableList<Finding>(_findings),
            Model = _findings.Count > 0 || !properties.IsComplete ? null : new EventModel
            {
                Namespace = _type.ContainingNamespace.IsGlobalNamespace ? "" : _type.ContainingNamespace.ToDisplayString(Names.InNamespace),
                Around = new EquatableList<string>(Around().Select(Names.HeadOf).Reverse()),
                Head = Names.HeadOf(_type),
                FullName = _type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
                FileName = _type.ToDisplayString(Names.InFile),
                EventType = name,
                Limits = limits,
                User = properties.User,
                Time = properties.Time,
                IsTimeInMs = properties.IsTimeInMs,
                Id = properties.Id,
                Columns = new EquatableList<ColumnModel>(properties.Columns),
            },
        };
    }

    private void CheckDeclaration()
    {
        string? kind = _type.TypeKind != TypeKind.Struct ? "a " + Describe(_type)
            : _type.IsRefLikeType ? "a ref struct, which cannot be kept"
            : _type.IsFileLocal ? "local to its file"
            : null;
        if (kind is not null)
        {
            Report(Rules.NotAStruct, _type.Name, kind);
        }

        foreach (INamedTypeSymbol type in Around().Prepend(_type))
        {
            if (!type.DeclaringSyntaxReferences.Any(IsPartial))
            {
                Report(Rules.NotPartial, type.Name, _type.Name);
            }

            if (type.TypeParameters.Length > 0)
            {
                Report(Rules.Generic, type.Name, _type.Name);
            }
        }
    }

    private IEnumerable<string> Limits(AttributeData attribute)
    {
        const double MillisecondsPerHour = 3_600_000;
        const double MostDays = 365_000;
        const double MostWindowHours = 3650 * 24;
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            switch (argument.Key, argument.Value.Value)
            {
                case ("KeepLast", int events) when events < 1:
                    Report(Rules.LimitOutOfRange, "KeepLast", _type.Name, Text(events), "at least 1");
                    break;
                case ("KeepLast", int events):
                    yield return $".KeepLast({Text(events)})";
                    break;
                case ("MaxAgeDays", double days) when !(days * 24 * MillisecondsPerHour >= 1 && days <= MostDays):
                    Report(Rules.LimitOutOfRange, "MaxAgeDays", _type.Name, Text(days), "more than 0 and at most 365000");
                    break;
                case ("MaxAgeDays", double days):
                    yield return $".MaxAge({Time(days * 24 * MillisecondsPerHour)})";
                    break;
                case ("WindowHours", double hours) when !(hours >= 1.0 / 60 && hours <= MostWindowHours):
                    Report(Rules.LimitOutOfRange, "WindowHours", _type.Name, Text(hours), "from 1/60 (a minute) to 87600");
                    break;
                case ("WindowHours", double hours):
                    yield return $".Window({Time(hours * MillisecondsPerHour)})";
                    break;
            }
        }
    }

    private IEnumerable<string> Renames(string eventType)
    {
        HashSet<string> names = [eventType];
        foreach (AttributeData attribute in _type.GetAttributes().Where(Attributes.IsRename))
        {
            string name = attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string ?? "" : "";
            if (ColumnNames.IsValid(name) && names.Add(name))
            {
                yield return $".TypeRenamedFrom(\"{name}\")";
            }
            else
            {
                Report(
                    Rules.InvalidName, name, "a former event type",
                    names.Contains(name)
                        ? "The event type has this name now, or states it twice: remove a [RenamedFrom]."
                        : "Change the name in [RenamedFrom].");
            }
        }
    }

    private IEnumerable<string> Drops()
    {
        foreach (AttributeData attribute in _type.GetAttributes().Where(Attributes.IsDrop))
        {
            string name = attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string ?? "" : "";
            if (ColumnNames.IsValid(name))
            {
                yield return $".Dropped(\"{name}\")";
            }
            else
            {
                Report(Rules.InvalidName, name, "a column", "Change the name in [DroppedColumn].");
            }
        }
    }

    private IEnumerable<INamedTypeSymbol> Around()
    {
        for (INamedTypeSymbol? type = _type.ContainingType; type is not null; type = type.ContainingType)
        {
            yield return type;
        }
    }

    private static bool IsPartial(SyntaxReference declaration) =>
        declaration.GetSyntax() is TypeDeclarationSyntax type && type.Modifiers.Any(SyntaxKind.PartialKeyword);

    private static string Describe(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Class ? type.IsRecord ? "record class" : "class" : type.TypeKind.ToString().ToLowerInvariant();

    private static string Time(double milliseconds)
    {
        long ticks = (long)Math.Round(milliseconds) * TimeSpan.TicksPerMillisecond;
        return $"new global::System.TimeSpan({Text(ticks)}L)";
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private void Report(DiagnosticDescriptor rule, params string[] arguments) => _findings.Add(new Finding(rule, _place, arguments));
}
