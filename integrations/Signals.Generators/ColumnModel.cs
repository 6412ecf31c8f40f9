namespace Signals.Generators;

/// <summary>One column of an event, and the property that it is mapped to.</summary>
internal sealed record ColumnModel
{
    /// <summary>The property's name.</summary>
    public string Property { get; set; } = "";

    /// <summary>The property's name as C# writes it, with an <c>@</c> where it is a keyword.</summary>
    public string Escaped { get; set; } = "";

    /// <summary>The property's type in C#, as it is written in the row.</summary>
    public string PropertyType { get; set; } = "";

    /// <summary>The column's name in the store.</summary>
    public string Name { get; set; } = "";

    /// <summary>The names that the column had before.</summary>
    public EquatableList<string> FormerNames { get; set; }

    /// <summary>What the column holds.</summary>
    public ColumnShape Shape { get; set; }

    /// <summary>How the property holds it, if it is not a number.</summary>
    public MemoryForm Form { get; set; }

    /// <summary>The type of one value, or of one component of a vector.</summary>
    public string Element { get; set; } = "";

    /// <summary>The enumeration whose underlying type is <see cref="Element"/>; empty for none.</summary>
    public string Enumeration { get; set; } = "";

    /// <summary>The components of a vector.</summary>
    public int Dimensions { get; set; }

    /// <summary>Whether the property can be null.</summary>
    public bool IsNullable { get; set; }

    /// <summary>Whether null is stored as null.</summary>
    public bool StoresNull { get; set; }

    /// <summary>Whether the column is joined on later.</summary>
    public bool IsEnrichment { get; set; }

    /// <summary>The name and the former names.</summary>
    public IEnumerable<string> AllNames() => FormerNames.Prepend(Name);

    /// <summary>Whether each append sets the column. No bytes are a value, but an empty vector is none.</summary>
    public bool IsAlwaysSet => !IsNullable && Form != MemoryForm.Array && Shape is (ColumnShape.Scalar or ColumnShape.Bytes);
}
