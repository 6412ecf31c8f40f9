using Signals.Core.Columns;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Features;

/// <summary>The categories of a text or bytes column.</summary>
internal sealed class BytesVocabulary(IEnumerable<byte[]> categories) : Vocabulary
{
    private readonly BytesSet _categories = new(categories);

    public override int Find(IColumnRows column, int row) => _categories.Find(column.GetValue(row));
}
