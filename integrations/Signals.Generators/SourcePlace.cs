using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Signals.Generators;

/// <summary>A place in the source that is equal to the same place in a later compilation. Immutable.</summary>
internal readonly record struct SourcePlace
{
    private SourcePlace(string path, TextSpan span, LinePositionSpan lines)
    {
        Path = path;
        Span = span;
        Lines = lines;
    }

    public string Path { get; }

    public TextSpan Span { get; }

    public LinePositionSpan Lines { get; }

    public static SourcePlace Of(ISymbol symbol) => Of(symbol.Locations.FirstOrDefault(location => location.IsInSource));

    public static SourcePlace Of(Location? location) => location?.SourceTree is { } tree
        ? new SourcePlace(tree.FilePath, location.SourceSpan, location.GetLineSpan().Span)
        : default;

    public Location ToLocation() => Path is null ? Location.None : Location.Create(Path, Span, Lines);
}
