namespace Signals.Core.Enrichment;

/// <summary>An input or output that a signature declares. Immutable and safe to share.</summary>
internal sealed class SignatureColumn
{
    internal SignatureColumn(string name, ColumnType type)
    {
        Name = name;
        Type = type;
    }

    /// <summary>The column's name, in the event type and in the signature.</summary>
    public string Name { get; }

    /// <summary>The kind and dimensions of its values.</summary>
    public ColumnType Type { get; }

    /// <summary>The name and type, in the form that messages use.</summary>
    public override string ToString() => $"{Name} ({Type})";
}
