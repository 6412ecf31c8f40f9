using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Signals.Generators;

/// <summary>Reads one property as a column, or reports why it is none. For one thread and one property.</summary>
internal sealed class ColumnReader(INamedTypeSymbol owner, IPropertySymbol property, List<Finding> findings)
{
    private const int MaxDimensions = 16_384;

    private readonly AttributeData? _column = Attributes.Find(property, Attributes.Column);
    private readonly AttributeData? _vector = Attributes.Find(property, Attributes.Vector);

    /// <summary>The column; null when something was reported.</summary>
    public ColumnModel? Read()
    {
        int before = findings.Count;
        ColumnModel column = new()
        {
            Property = property.Name,
            Escaped = Names.Escaped(property.Name),
            PropertyType = property.Type.ToDisplayString(Names.OfProperty),
            Name = NameOf(),
            FormerNames = new EquatableList<string>(FormerNames()),
            IsEnrichment = Attributes.Find(property, Attributes.Enrichment) is not null,
            StoresNull = _column?.NamedArguments.Any(argument => argument.Key == "StoreNull" && argument.Value.Value is true) == true,
        };
        ReadType(column);
        if (findings.Count == before)
        {
            CheckNull(column);
        }

        return findings.Count == before ? column : null;
    }

    private string NameOf()
    {
        bool isGiven = _column is { ConstructorArguments.Length: > 0 };
        string name = isGiven ? _column!.ConstructorArguments[0].Value as string ?? "" : ColumnNames.Of(property.Name);
        if (!ColumnNames.IsValid(name))
        {
            findings.Add(new Finding(
                Rules.InvalidName, SourcePlace.Of(property), name, "a column",
                isGiven ? "Change the name in [Column]." : "Give one with [Column]."));
        }

        return name;
    }

    private List<string> FormerNames()
    {
        List<string> names = [];
        foreach (AttributeData attribute in Attributes.FindAll(property, Attributes.RenamedFrom))
        {
            string name = attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string ?? "" : "";
            names.Add(name);
            if (!ColumnNames.IsValid(name))
            {
                findings.Add(new Finding(
                    Rules.InvalidName, SourcePlace.Of(property), name, "a column", "Change the name in [RenamedFrom]."));
            }
        }

        return names;
    }

    private void ReadType(ColumnModel column)
    {
        ITypeSymbol type = property.Type;
        column.IsNullable = type.IsReferenceType && property.NullableAnnotation != NullableAnnotation.NotAnnotated;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            column.IsNullable = true;
            type = nullable.TypeArguments[0];
        }

        if (ElementOf(type, out MemoryForm form) is { } element)
        {
            ReadMemory(column, element, form);
        }
        else if (_vector is not null)
        {
            Report(Rules.NotAVector, Display());
        }
        else if (type.SpecialType == SpecialType.System_String)
        {
            column.Shape = ColumnShape.Text;
        }
        else if (ScalarOf(type) is { } scalar)
        {
            column.Element = scalar;
            column.Enumeration = type.TypeKind == TypeKind.Enum ? type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) : "";
        }
        else
        {
            Report(Rules.Unsupported, Display());
        }
    }

    private void ReadMemory(ColumnModel column, ITypeSymbol element, MemoryForm form)
    {
        column.Form = form;
        column.Element = element.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        bool isVector = element.SpecialType is SpecialType.System_Single or SpecialType.System_SByte || IsHalf(element);
        if (_vector is null && element.SpecialType == SpecialType.System_Byte)
        {
            column.Shape = ColumnShape.Bytes;
        }
        else if (!isVector)
        {
            Report(_vector is null ? Rules.Unsupported : Rules.NotAVector, Display());
        }
        else if (_vector is null)
        {
            Report(Rules.VectorWidth, "without a width");
        }
        else
        {
            column.Shape = ColumnShape.Vector;
            column.Dimensions = _vector.ConstructorArguments.Length > 0 && _vector.ConstructorArguments[0].Value is int given ? given : 0;
            if (column.Dimensions is < 1 or > MaxDimensions)
            {
                Report(Rules.VectorWidth, $"of {column.Dimensions.ToString(CultureInfo.InvariantCulture)} components");
            }
        }
    }

    private void CheckNull(ColumnModel column)
    {
        if (column.IsEnrichment && column.IsAlwaysSet)
        {
            Report(Rules.EnrichmentNotNullable, column.Shape == ColumnShape.Scalar ? "0" : "no bytes", Display());
        }

        if (column.StoresNull && !column.IsNullable)
        {
            Report(Rules.NullNotStored, "it cannot be null; declare it as nullable, or remove StoreNull");
        }
        else if (column.StoresNull && column.IsEnrichment)
        {
            Report(Rules.NullNotStored, "it is an enrichment, and each append would overwrite an absent value with null; remove StoreNull");
        }
    }

    private static ITypeSymbol? ElementOf(ITypeSymbol type, out MemoryForm form)
    {
        form = MemoryForm.None;
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            form = MemoryForm.Array;
            return array.ElementType;
        }

        if (type is INamedTypeSymbol { Name: "ReadOnlyMemory", TypeArguments.Length: 1 } memory && IsOfSystem(memory))
        {
            form = MemoryForm.Memory;
            return memory.TypeArguments[0];
        }

        return null;
    }

    private static string? ScalarOf(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } underlying } => ScalarOf(underlying),
        { SpecialType: SpecialType.System_Boolean } => "bool",
        { SpecialType: SpecialType.System_SByte } => "sbyte",
        { SpecialType: SpecialType.System_Byte } => "byte",
        { SpecialType: SpecialType.System_Int16 } => "short",
        { SpecialType: SpecialType.System_UInt16 } => "ushort",
        { SpecialType: SpecialType.System_Int32 } => "int",
        { SpecialType: SpecialType.System_UInt32 } => "uint",
        { SpecialType: SpecialType.System_Int64 } => "long",
        { SpecialType: SpecialType.System_UInt64 } => "ulong",
        { SpecialType: SpecialType.System_Single } => "float",
        { SpecialType: SpecialType.System_Double } => "double",
        _ => IsHalf(type) ? "global::System.Half" : null,
    };

    private static bool IsHalf(ITypeSymbol type) => type is { Name: "Half" } && IsOfSystem(type);

    private static bool IsOfSystem(ITypeSymbol type) =>
        type.ContainingType is null && type.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true };

    private string Display() => property.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    private void Report(DiagnosticDescriptor rule, params string[] arguments) =>
        findings.Add(new Finding(rule, SourcePlace.Of(property), [owner.Name, property.Name, .. arguments]));
}
