# Signing in from a terminal: what a person, or nobody, sees and can do.

BeforeAll {
    $manifest = [IO.Path]::GetFullPath("$PSScriptRoot/../../SmartFhir.psd1")
    Import-Module $manifest -Force
    $sandbox = Start-SmartFhirSandbox -AutoApprove

    function Start-Pwsh([string] $Command, [string[]] $Switches = @()) {
        $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
        foreach ($argument in @('-NoProfile') + $Switches + @('-Command', "Import-Module '$manifest'; $Command")) {
            $start.ArgumentList.Add($argument)
        }

        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.Environment['NO_COLOR'] = '1'
        $start.Environment.Remove('DISPLAY') | Out-Null
        $start.Environment.Remove('BROWSER') | Out-Null
        [Diagnostics.Process]::Start($start)
    }
}

AfterAll {
    Stop-SmartFhirSandbox
    Remove-Module SmartFhir
}

Describe 'Connect-SmartFhir' {
    It 'ends at once on Ctrl+C while it waits' -Skip:$IsWindows {
        $process = Start-Pwsh "Connect-SmartFhir -Aud $($sandbox.Aud) -ClientId smartfhir -NoBrowser -TimeoutSec 200"
        try {
            do { $line = $process.StandardOutput.ReadLine() } until ($line -like '*connect/authorize*' -or $null -eq $line)
            $line | Should -BeLike '*connect/authorize*'
            $clock = [Diagnostics.Stopwatch]::StartNew()
            kill -s INT $process.Id
            $process.WaitForExit(10000) | Should -BeTrue
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        }
        finally {
            if (-not $process.HasExited) { $process.Kill($true) }
        }
    }

    It 'takes the address that the browser ends at, pasted back' -Skip:$IsWindows {
        $process = Start-Pwsh "(Connect-SmartFhir -Aud $($sandbox.Aud) -ClientId smartfhir -RedirectUri http://127.0.0.1:0/callback -NoBrowser -TimeoutSec 60).Patient"
        try {
            do { $line = $process.StandardOutput.ReadLine() } until ($line -like '*connect/authorize*' -or $null -eq $line)
            $response = Invoke-WebRequest $line.Trim() -MaximumRedirection 0 -SkipHttpErrorCheck -ErrorAction Ignore
            $process.StandardInput.WriteLine("  '$($response.Headers.Location)'")
            $output = $process.StandardOutput.ReadToEnd()
            $process.WaitForExit(10000) | Should -BeTrue
            $output | Should -BeLike '*patient-*'
        }
        finally {
            if (-not $process.HasExited) { $process.Kill($true) }
        }
    }

    It 'never asks anybody when nobody is there: it says so at once' {
        $process = Start-Pwsh "Connect-SmartFhir -Aud $($sandbox.Aud) -ClientId smartfhir -TimeoutSec 200" '-NonInteractive'
        $process.StandardInput.Close()
        $process.WaitForExit(20000) | Should -BeTrue
        $process.StandardError.ReadToEnd() | Should -BeLike '*No browser could be opened*'
    }

    It 'names each missing or wrong argument' -ForEach @(
        @{ Arguments = @{ Aud = 'ehr.example/fhir'; ClientId = 'x' }; Id = 'InvalidArgument' }
        @{ Arguments = @{ Aud = 'https://ehr.example/fhir?x=1'; ClientId = 'x' }; Id = 'InvalidArgument' }
        @{ Arguments = @{ Aud = 'http://192.0.2.1/fhir'; ClientId = 'x' }; Id = 'InsecureHttp' }
        @{ Arguments = @{ Aud = 'http://127.0.0.1:1/fhir'; ClientId = 'x' }; Id = 'ConnectionRefused' }
        @{ Arguments = @{ Aud = 'https://host.invalid/fhir'; ClientId = 'x' }; Id = 'HostNotFound' }
        @{ Arguments = @{ Aud = 'https://ehr.example/fhir'; ClientId = 'x'; SkipDiscovery = $true }; Id = 'InvalidArgument' }
    ) {
        $failure = { Connect-SmartFhir @Arguments } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.ErrorDetails.Message | Should -Not -BeNullOrEmpty
    }
}
