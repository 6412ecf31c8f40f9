using Microsoft.CodeAnalysis;

namespace Signals.Generators;

/// <summary>The attributes of columns, by their full names. Pure.</summary>
internal static class Attributes
{
    public const string Column = "Signals.ColumnAttribute";
    public const string Vector = "Signals.VectorAttribute";
    public const string Enrichment = "Signals.EnrichmentAttribute";
    public const string RenamedFrom = "Signals.RenamedFromAttribute";
    public const string NotStored = "Signals.NotStoredAttribute";

    public static bool IsDrop(AttributeData attribute) => NameOf(attribute) == "Signals.DroppedColumnAttribute";

    public static bool IsOfColumn(AttributeData attribute) => NameOf(attribute) is Column or Vector or Enrichment or RenamedFrom;

    public static bool IsRename(AttributeData attribute) => NameOf(attribute) == RenamedFrom;

    public static AttributeData? Find(IPropertySymbol property, string name) =>
        property.GetAttributes().FirstOrDefault(attribute => NameOf(attribute) == name);

    public static IEnumerable<AttributeData> FindAll(IPropertySymbol property, string name) =>
        property.GetAttributes().Where(attribute => NameOf(attribute) == name);

    private static string? NameOf(AttributeData attribute) => attribute.AttributeClass?.ToDisplayString();
}
