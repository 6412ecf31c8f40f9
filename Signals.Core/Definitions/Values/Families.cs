using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>Determines the families of literals and columns. Pure.</summary>
internal static class Families
{
    public static LiteralFamily FamilyOf(Literal literal) => literal.Kind switch
    {
        LiteralKind.Boolean => LiteralFamily.Boolean,
        LiteralKind.Text => LiteralFamily.Text,
        LiteralKind.Bytes => LiteralFamily.Bytes,
        _ => LiteralFamily.Number,
    };

    public static LiteralFamily FamilyOf(ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => LiteralFamily.Boolean,
        ColumnKind.Text => LiteralFamily.Text,
        ColumnKind.Bytes => LiteralFamily.Bytes,
        _ => type.IsVector ? LiteralFamily.None : LiteralFamily.Number,
    };

    public static string Describe(LiteralFamily family) => family switch
    {
        LiteralFamily.Boolean => "true or false",
        LiteralFamily.Number => "numbers",
        LiteralFamily.Text => "texts",
        LiteralFamily.Bytes => "bytes",
        _ => "nothing",
    };
}
