using System.CommandLine;

namespace Signals.Tool.Commands;

/// <summary>
/// Prints a script that completes commands and options in a shell. The script asks the tool, so it never grows old.
/// </summary>
internal sealed class CompletionCommand : ToolCommand
{
    private const string Bash = """
        _signals() {
            local line="${COMP_LINE:0:COMP_POINT}"
            line="${line#"${COMP_WORDS[0]}"}"
            local found="$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2> /dev/null)"
            mapfile -t COMPREPLY < <(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -o bashdefault -F _signals signals
        """;

    private const string Zsh = """
        #compdef signals
        _signals() {
            local line="${BUFFER[1,CURSOR]}"
            line="${line#"${words[1]}"}"
            local -a found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2> /dev/null)}")
            compadd -a found
            _files
        }
        compdef _signals signals
        """;

    private const string Fish = """
        function __signals
            set -l line (string replace -r '^\s*\S+' '' -- (commandline -cp))
            signals "[suggest:"(string length -- "$line")"]" "$line" 2> /dev/null
        end
        complete -c signals -a '(__signals)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName signals -ScriptBlock {
            param($word, $ast, $cursor)
            $line = $ast.ToString().Substring(0, [Math]::Min($cursor, $ast.ToString().Length)) -replace '^\S+', ''
            signals "[suggest:$($line.Length)]" "$line" 2> $null | Where-Object { $_ -like "$word*" }
        }
        """;

    private readonly Argument<string> _shell = Syntax.WordOf("SHELL", "The shell.", "bash", "zsh", "fish", "pwsh");

    public CompletionCommand()
        : base("completion", "Print a script that completes commands and options; source it in your shell's profile.") => Add(_shell);

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        context.WriteRaw(line.GetRequiredValue(_shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        });
        return Task.FromResult(ExitCode.Ok);
    }
}
