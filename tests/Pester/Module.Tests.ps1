# The module as a user has it: imported from its manifest into pwsh.

BeforeAll {
    $manifest = [IO.Path]::GetFullPath("$PSScriptRoot/../../SmartFhir.psd1")
    function Invoke-FreshPwsh([string] $Command) {
        $env:NO_COLOR = '1'
        & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $Command 2>&1 | ForEach-Object { "$_" }
    }
}

Describe 'Importing the module' {
    It 'exports exactly the commands of the manifest' {
        $names = Invoke-FreshPwsh "Import-Module '$manifest'; (Get-Command -Module SmartFhir).Name"
        $names | Sort-Object | Should -Be ((Import-PowerShellDataFile $manifest).CmdletsToExport | Sort-Object)
    }

    It 'is a valid manifest for the gallery' {
        (Test-ModuleManifest $manifest).Version | Should -Be '0.1.0'
    }

    It 'works again after <Name>' -ForEach @(
        @{ Name = 'Import-Module -Force'; Script = 'Import-Module $m -Force' }
        @{ Name = 'Remove-Module and a new import'; Script = 'Remove-Module SmartFhir; Import-Module $m' }
    ) {
        Invoke-FreshPwsh "`$m = '$manifest'; Import-Module `$m; $Script; ('{""resourceType"":""Patient"",""id"":""7""}' | ConvertFrom-SmartFhirJson).id" | Should -Be '7'
    }

    It 'leaves working commands in every runspace that imports it at once' {
        Invoke-FreshPwsh "1..4 | ForEach-Object -Parallel { Import-Module '$manifest'; ('{""resourceType"":""Patient"",""id"":""7""}' | ConvertFrom-SmartFhirJson).id } -ThrottleLimit 4" | Should -Be @('7', '7', '7', '7')
    }

    It 'sets the depth of ConvertTo-Json, and takes it back when it is removed' {
        Invoke-FreshPwsh "Import-Module '$manifest'; `$PSDefaultParameterValues['ConvertTo-Json:Depth']; Remove-Module SmartFhir; `$PSDefaultParameterValues.ContainsKey('ConvertTo-Json:Depth')" |
            Should -Be @('100', 'False')
    }

    It 'leaves a depth of the user''s own alone' {
        Invoke-FreshPwsh "`$PSDefaultParameterValues['ConvertTo-Json:Depth'] = 7; Import-Module '$manifest'; Remove-Module SmartFhir; `$PSDefaultParameterValues['ConvertTo-Json:Depth']" | Should -Be '7'
    }

    It 'sets nothing when SMARTFHIR_NO_DEFAULTS is 1' {
        Invoke-FreshPwsh "`$env:SMARTFHIR_NO_DEFAULTS = '1'; Import-Module '$manifest'; `$PSDefaultParameterValues.Count" | Should -Be '0'
    }
}

Describe 'Help' {
    BeforeAll { Import-Module $manifest }
    AfterAll { Remove-Module SmartFhir }

    It '<_> has a synopsis, a description, examples and a text for each parameter' -ForEach @(
        'Connect-SmartFhir', 'ConvertFrom-SmartFhirJson', 'ConvertTo-SmartFhirJson', 'Disconnect-SmartFhir', 'Get-SmartConfiguration', 'Get-SmartSession',
        'Get-SmartToken', 'Invoke-SmartFhirRequest', 'Start-SmartFhirSandbox', 'Stop-SmartFhirSandbox'
    ) {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match '\[' -Because 'a synopsis is a sentence, not the syntax'
        $help.description.Text | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($parameter in $help.parameters.parameter | Where-Object name -NotIn 'WhatIf', 'Confirm') {
            $parameter.description.Text | Should -Not -BeNullOrEmpty -Because "-$($parameter.name) needs a text"
        }
    }

    It 'has an overview topic' {
        Get-Help about_SmartFhir | Out-String | Should -BeLike '*SmartFhir*'
    }
}
