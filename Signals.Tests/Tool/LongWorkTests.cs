using Signals.Tool;
using Spectre.Console;

namespace Signals.Tests.Tool;

/// <summary>Progress is for terminals.</summary>
[Category("Fast")]
internal sealed class LongWorkTests
{
    [Test]
    public async Task Show_OnATerminal_DrawsABarWithWhatIsDone() =>
        Assert.That(
            await ShowAsync(isTerminal: true, WorkProgress.Create("3 of 4 files", 3, 4)), Does.Contain("75%").And.Contain("3 of 4 files"));

    [Test]
    public async Task Show_UnknownTotal_DrawsWhatIsDone() =>
        Assert.That(await ShowAsync(isTerminal: true, WorkProgress.Create("7 bytes", 7, 0)), Does.Contain("7 bytes"));

    [Test]
    public async Task Show_Redirected_WritesNothing() =>
        Assert.That(await ShowAsync(isTerminal: false, new WorkProgress("3 of 4 files")), Is.Empty);

    [TestCase(true)]
    [TestCase(false)]
    public void Show_WorkThatFails_ThrowsItsError(bool isTerminal)
    {
        using StringWriter text = new();
        ToolContext context = Context(text, isTerminal);
        Task failed = Task.FromException(new IOException("no room"));
        Assert.That(
            async () => await LongWork.ShowAsync(context, "copying", failed, static () => new WorkProgress("0")),
            Throws.TypeOf<IOException>());
    }

    private static async Task<string> ShowAsync(bool isTerminal, WorkProgress progress)
    {
        using StringWriter text = new();
        TaskCompletionSource work = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        Task shown = LongWork.ShowAsync(Context(text, isTerminal), "verifying", work.Task, () =>
        {
            if (++asked == 2)
            {
                work.SetResult();
            }

            return progress;
        });
        if (!isTerminal)
        {
            work.SetResult();
        }

        await shown;
        return text.ToString();
    }

    private static ToolContext Context(StringWriter text, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new FakeTerminal(text, isTerminal),
        });
        return new ToolContext(console, () => Stream.Null, text, console);
    }

    private sealed class FakeTerminal(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => 120;

        public int Height => 40;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
