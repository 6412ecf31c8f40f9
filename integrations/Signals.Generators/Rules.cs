using Microsoft.CodeAnalysis;

namespace Signals.Generators;

/// <summary>What can be wrong with an event, by id. The page docs/typed-events.md lists the ids.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule(
        "SIGNALS001",
        "An event is partial",
        "'{0}' is not partial, so nothing can be generated for the event '{1}'. Add 'partial' to its declaration.");

    public static readonly DiagnosticDescriptor NotAStruct = Rule(
        "SIGNALS002",
        "An event is a struct",
        "The event '{0}' is {1}. Declare it as a 'readonly partial record struct'.");

    public static readonly DiagnosticDescriptor Generic = Rule(
        "SIGNALS003",
        "An event is not generic",
        "'{0}' has type parameters, so the event '{1}' has no single schema. Declare the event without them and outside of generic types.");

    public static readonly DiagnosticDescriptor InvalidName = Rule(
        "SIGNALS004",
        "A name that a store takes",
        "'{0}' is not the name of {1}: names are 1 to 128 letters, digits, '_', '.' or '-' of ASCII. {2}");

    public static readonly DiagnosticDescriptor LimitOutOfRange = Rule(
        "SIGNALS005",
        "A limit within its range",
        "{0} of the event '{1}' is {2}; it must be {3}. Leave it out for no limit.");

    public static readonly DiagnosticDescriptor Identity = Rule(
        "SIGNALS006",
        "An event has a user, a time and an id",
        "The event '{0}' {1}");

    public static readonly DiagnosticDescriptor NotSettable = Rule(
        "SIGNALS007",
        "A column can be read and set",
        "The property '{0}.{1}' {2}");

    public static readonly DiagnosticDescriptor VectorWidth = Rule(
        "SIGNALS008",
        "A vector has a width",
        "The property '{0}.{1}' is a vector {2}. Say how many components each value has: [Vector(64)], from 1 to 16384.");

    public static readonly DiagnosticDescriptor NotAVector = Rule(
        "SIGNALS009",
        "A vector of float, Half or sbyte",
        "The property '{0}.{1}' has [Vector], but its type is {2}. Vectors are a ReadOnlyMemory or an array of float, Half or sbyte.");

    public static readonly DiagnosticDescriptor Unsupported = Rule(
        "SIGNALS010",
        "A type that a column can hold",
        "The property '{0}.{1}' has the type {2}, which no column holds. Columns hold bool, integers of 8 to 64 bits, enumerations, "
        + "Half, float, double, string, ReadOnlyMemory<byte> or byte[], and vectors. Change the type, or add [NotStored].");

    public static readonly DiagnosticDescriptor EnrichmentNotNullable = Rule(
        "SIGNALS011",
        "An enrichment can be null",
        "The enrichment '{0}.{1}' cannot be null, so each append would set it to {2}. Declare it as '{3}?'.");

    public static readonly DiagnosticDescriptor ColumnTwice = Rule(
        "SIGNALS012",
        "Column names are unique",
        "The properties '{1}' and '{2}' of the event '{0}' are both the column '{3}'. Name one of them with [Column(\"...\")].");

    public static readonly DiagnosticDescriptor EventTwice = Rule(
        "SIGNALS013",
        "Event names are unique",
        "The events '{0}' and '{1}' are both named '{2}'. Name one of them otherwise.");

    public static readonly DiagnosticDescriptor GeneratedName = Rule(
        "SIGNALS014",
        "A name that the generator needs",
        "The event '{0}' has a member '{1}', which is the name of {2}. Name it otherwise; [Column(\"...\")] keeps the column's name.");

    public static readonly DiagnosticDescriptor NullNotStored = Rule(
        "SIGNALS015",
        "StoreNull where there can be a null",
        "The property '{0}.{1}' has StoreNull, but {2}");

    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "Signals", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
